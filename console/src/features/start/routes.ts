// The address of the first steps.
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { metadataQuery, readFirst } from '../../kit/api';
import { rootRoute } from '../../shell/root-route';

export const startRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/start',
  loader: () => readFirst(metadataQuery),
  component: lazyRouteComponent(() => import('./StartPage'), 'StartPage'),
});
