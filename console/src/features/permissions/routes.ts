// The address of the summary; a table's own permissions are a tab of the table.
import { createRoute } from '@tanstack/react-router';
import * as v from 'valibot';
import { metadataQuery, readFirst } from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';

export const permissionsRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/permissions',
  loader: () => readFirst(metadataQuery),
  validateSearch: v.object({
    source: v.optional(v.string()),
    role: v.optional(v.string()),
    q: v.optional(v.string()),
  }),
  component: lazyPart(() => import('./SummaryPage'), 'SummaryPage'),
});
