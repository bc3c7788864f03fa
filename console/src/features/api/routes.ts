// The address of the API page: role and operation are part of it.
import { createRoute } from '@tanstack/react-router';
import * as v from 'valibot';
import { metadataQuery, readFirst } from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';

export const apiRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/api',
  loader: () => readFirst(metadataQuery),
  validateSearch: v.object({
    role: v.optional(v.string()),
    query: v.optional(v.string()),
    variables: v.optional(v.string()),
  }),
  staticData: { large: true },
  component: lazyPart(() => import('./ApiPage'), 'ApiPage'),
});
