/** The list of runs, and a run. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../shell/root-route.tsx';
import { text } from '../ui/search-text.ts';
import type { RunSearch } from './filter-bar.tsx';
import { sinceOf, VIEWS, type View } from './views.ts';

const runs = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/runs',
  component: lazyRouteComponent(() => import('./list-page.tsx'), 'RunListPage'),
  validateSearch: (given: Record<string, unknown>): RunSearch => ({
    workflow: text(given['workflow']),
    since: sinceOf(given['since']),
    status: text(given['status']),
    awaiting: text(given['awaiting']) === 'true' || undefined,
    label: text(given['label']),
    text: text(given['text']),
  }),
});

const run = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/runs/$run',
  component: lazyRouteComponent(() => import('./run-page.tsx'), 'RunPage'),
  validateSearch: (
    given: Record<string, unknown>,
  ): {
    node?: string | undefined;
    view?: View | undefined;
    attempt?: number | undefined;
    line?: number | undefined;
    beside?: number | undefined;
  } => ({
    node: text(given['node']),
    attempt: positive(given['attempt']),
    line: positive(given['line']),
    beside: positive(given['beside']),
    view: VIEWS.find((view) => view === given['view']),
  }),
});

export const runRoutes = [runs, run] as const;

function positive(given: unknown): number | undefined {
  const number = Number(given);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
