// The address of the API page: role and operation are part of it.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import * as v from 'valibot';
import { rootRoute } from '../../shell/root-route';

export const apiRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/api',
  validateSearch: v.object({
    role: v.optional(v.string()),
    query: v.optional(v.string()),
    variables: v.optional(v.string()),
  }),
  component: lazyRouteComponent(() => import('./ApiPage'), 'ApiPage'),
});
