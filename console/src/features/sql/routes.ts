// The address of the SQL page.
import { createRoute } from '@tanstack/react-router';
import * as v from 'valibot';
import { metadataQuery, readFirst } from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';

export const sqlRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sql',
  loader: () => readFirst(metadataQuery),
  validateSearch: v.object({ source: v.optional(v.string()), sql: v.optional(v.string()) }),
  component: lazyPart(() => import('./SqlPage'), 'SqlPage'),
});
