/** Addresses and their pages. What a page shows stands in its address, so that it can be sent to somebody. */
import { createRootRoute, createRoute, createRouter, Link, redirect } from '@tanstack/react-router';
import { RunListPage } from './runs/list-page.tsx';
import { RunPage, VIEWS, type View } from './runs/run-page.tsx';
import { Shell } from './shell/shell.tsx';
import { Empty } from './ui/parts.tsx';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Empty>
      Nothing is here. <Link to="/">The list of runs</Link> is a good place to start.
    </Empty>
  ),
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/ns/$namespace/runs', params: { namespace: 'default' } });
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/ns/$namespace/runs',
  component: RunListPage,
  validateSearch: (
    given: Record<string, unknown>,
  ): { workflow?: string | undefined; status?: string | undefined } => ({
    workflow: text(given['workflow']),
    status: text(given['status']),
  }),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/ns/$namespace/runs/$run',
  component: RunPage,
  validateSearch: (
    given: Record<string, unknown>,
  ): { node?: string | undefined; view?: View | undefined } => ({
    node: text(given['node']),
    view: VIEWS.find((view) => view === given['view']),
  }),
});

export const router = createRouter({
  routeTree: root.addChildren([home, runs, run]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function text(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined;
}
