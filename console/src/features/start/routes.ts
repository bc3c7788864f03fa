// The address of the first steps.
import { createRoute } from '@tanstack/react-router';
import { metadataQuery, readFirst } from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';

export const startRoutes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/start',
  loader: () => readFirst(metadataQuery),
  component: lazyPart(() => import('./StartPage'), 'StartPage'),
});
