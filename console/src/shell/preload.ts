// Fetches the parts of the console that one may come to next while nobody waits: after the first page
// is drawn, and only when the browser has nothing else to do.
import type { AnyRoute, AnyRouter } from '@tanstack/react-router';
import { serverIsAway } from '../kit/api';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Much to fetch: only where one points at it. */
    large?: boolean;
  }
}

/** Browsers tell when they are idle, but for Safari. */
const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof window.requestIdleCallback === 'function') {
      window.requestIdleCallback(() => resolve(), { timeout: 2_000 });
    } else setTimeout(resolve, 200);
  });

/** Pages that are fetched ahead: those of the open room, and those of the others. */
export function roomsOf(routes: AnyRoute[], path: string): [here: AnyRoute[], others: AnyRoute[]] {
  const room = (route: AnyRoute) => `/${String(route.fullPath).split('/')[1] ?? ''}`;
  const wanted = routes.filter((route) => !route.options.staticData?.large);
  const here = wanted.filter((route) => path.startsWith(room(route)));
  return [here, wanted.filter((route) => !here.includes(route))];
}

/** Begins once the first page is drawn. */
export function preloadWhenIdle(router: AnyRouter): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (connection?.saveData) return;
  const stop = router.subscribe('onRendered', () => {
    stop();
    const routes = Object.values(router.routesById) as AnyRoute[];
    void fetchAhead(router, ...roomsOf(routes, router.state.location.pathname));
  });
}

async function fetchAhead(router: AnyRouter, here: AnyRoute[], others: AnyRoute[]): Promise<void> {
  await idle();
  await Promise.all(here.map((route) => router.loadRouteChunk(route)));
  for (const route of others) {
    await idle();
    if (serverIsAway()) return;
    await router.loadRouteChunk(route);
  }
}
