/** Pages of operating. Those that belong to no namespace stand outside of them. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { get } from '../api/http.ts';
import { rootRoute } from '../shell/root-route.tsx';
import { text } from '../ui/search-text.ts';
import type { AuditFilter, NotificationState } from './queries.ts';

const getParentRoute = () => rootRoute;

const schedules = createRoute({
  getParentRoute,
  path: '/ns/$namespace/schedules',
  component: lazyRouteComponent(() => import('./schedules-page.tsx'), 'SchedulesPage'),
});

const limits = createRoute({
  getParentRoute,
  path: '/ns/$namespace/limits',
  component: lazyRouteComponent(() => import('./limits-page.tsx'), 'LimitsPage'),
});

const STATES: readonly NotificationState[] = ['sending', 'waiting', 'delivered', 'dead'];

const notifications = createRoute({
  getParentRoute,
  path: '/ns/$namespace/notifications',
  component: lazyRouteComponent(() => import('./notifications-page.tsx'), 'NotificationsPage'),
  validateSearch: (given: Record<string, unknown>): { state?: NotificationState | undefined } => ({
    state: STATES.find((state) => state === given['state']),
  }),
});

const secrets = createRoute({
  getParentRoute,
  path: '/ns/$namespace/secrets',
  component: lazyRouteComponent(() => import('./secrets-page.tsx'), 'SecretsPage'),
  validateSearch: (given: Record<string, unknown>): { set?: string | undefined } => ({
    set: text(given['set']),
  }),
});

const queues = createRoute({
  getParentRoute,
  path: '/queues',
  component: lazyRouteComponent(() => import('./queues-page.tsx'), 'QueuesPage'),
});

const workers = createRoute({
  getParentRoute,
  path: '/workers',
  component: lazyRouteComponent(() => import('./workers-page.tsx'), 'WorkersPage'),
});

const tokens = createRoute({
  getParentRoute,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./tokens-page.tsx'), 'TokensPage'),
});

const audit = createRoute({
  getParentRoute,
  path: '/audit',
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
  validateSearch: (given: Record<string, unknown>): AuditFilter => ({
    who: text(given['who']),
    action: text(given['action']),
    object: text(given['object']),
    namespace: text(given['namespace']),
  }),
});

/** For links that know a run's id and not its namespace. */
const runById = createRoute({
  getParentRoute,
  path: '/runs/$run',
  beforeLoad: async ({ params: { run } }) => {
    const { namespace } = await get<{ namespace: string }>(`/api/v1/runs/${encodeURIComponent(run)}`);
    throw redirect({ to: '/ns/$namespace/runs/$run', params: { namespace, run } });
  },
});

export const operateRoutes = [
  schedules,
  limits,
  notifications,
  secrets,
  queues,
  workers,
  tokens,
  audit,
  runById,
] as const;
