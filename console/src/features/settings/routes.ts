// Addresses of the settings pages.
import { createRoute, redirect } from '@tanstack/react-router';
import { inconsistentQuery, metadataQuery, readFirst } from '../../kit/api';
import { lazyPart } from '../../kit/parts';
import { rootRoute } from '../../shell/root-route';

export const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  loader: () => readFirst(metadataQuery),
  component: lazyPart(() => import('./SettingsPage'), 'SettingsPage'),
});

const index = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/metadata' });
  },
});
const metadata = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/metadata',
  component: lazyPart(() => import('./metadata/MetadataTab'), 'MetadataTab'),
});
const inconsistent = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/inconsistent',
  loader: () => readFirst(inconsistentQuery),
  component: lazyPart(() => import('./inconsistent/InconsistentTab'), 'InconsistentTab'),
});
const roles = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/roles',
  component: lazyPart(() => import('./roles/RolesTab'), 'RolesTab'),
});
const collections = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/collections',
  component: lazyPart(() => import('./collections/CollectionsTab'), 'CollectionsTab'),
});
const about = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/about',
  component: lazyPart(() => import('./about/AboutTab'), 'AboutTab'),
});

export const settingsRoutes = settingsRoute.addChildren([
  index,
  metadata,
  inconsistent,
  roles,
  collections,
  about,
]);
