/** The first page: a namespace at a glance. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../shell/root-route.tsx';

const overview = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace',
  component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
  validateSearch: (given: Record<string, unknown>): { days?: 7 | 30 | undefined } => ({
    days: given['days'] === 7 || given['days'] === 30 ? given['days'] : undefined,
  }),
});

export const overviewRoutes = [overview] as const;
