// All addresses of the console. Each feature brings its own routes.
import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { apiRoutes } from './features/api/routes';
import { dataRoutes } from './features/data/routes';
import { diagramRoutes } from './features/diagram/routes';
import { permissionsRoutes } from './features/permissions/routes';
import { settingsRoutes } from './features/settings/routes';
import { sqlRoutes } from './features/sql/routes';
import { startRoutes } from './features/start/routes';
import { consoleBase, metadataQuery, queryClient, readFirst } from './kit/api';
import { rootRoute } from './shell/root-route';
import { PageLoader } from './shell/Shell';

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: async () => {
    await readFirst(metadataQuery);
    // Where there is nothing yet, one begins at the beginning.
    const known = queryClient.getQueryData(metadataQuery.queryKey);
    throw redirect({ to: known?.metadata.sources.length === 0 ? '/start' : '/data' });
  },
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  apiRoutes,
  dataRoutes,
  sqlRoutes,
  permissionsRoutes,
  diagramRoutes,
  startRoutes,
  settingsRoutes,
]);

export const router = createRouter({
  routeTree,
  basepath: consoleBase.pathname,
  defaultPreload: 'intent',
  defaultPendingComponent: PageLoader,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
