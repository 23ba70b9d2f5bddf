/**
 * Addresses and their pages. What a page shows stands in its address, so that it can be sent to somebody. Each area has its routes
 * in a file of its folder, and its pages are loaded when somebody goes there: `lazyRouteComponent(() => import('./page.tsx'), 'Page')`.
 */
import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { lastNamespace } from './api/access.ts';
import { operateRoutes } from './operate/routes.ts';
import { overviewRoutes } from './overview/routes.ts';
import { runRoutes } from './runs/routes.ts';
import { rootRoute } from './shell/root-route.tsx';
import { workflowRoutes } from './workflows/routes.ts';

const home = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/ns/$namespace', params: { namespace: lastNamespace() } });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    home,
    ...overviewRoutes,
    ...runRoutes,
    ...workflowRoutes,
    ...operateRoutes,
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
