/** The list of workflows, a workflow, its start form, and the editor. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../shell/root-route.tsx';
import { text } from '../ui/search-text.ts';
import { WORKFLOW_VIEWS, type WorkflowView } from './views.ts';

type Given = Record<string, unknown>;

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/workflows',
  component: lazyRouteComponent(() => import('./list-page.tsx'), 'WorkflowListPage'),
  validateSearch: ({ search }: Given): { search?: string | undefined } => ({ search: text(search) }),
});

const workflow = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/workflows/$workflow',
  component: lazyRouteComponent(() => import('./workflow-page.tsx'), 'WorkflowPage'),
  validateSearch: (
    given: Given,
  ): { view?: WorkflowView | undefined; from?: number | undefined; to?: number | undefined } => ({
    view: WORKFLOW_VIEWS.find((view) => view === given['view']),
    from: whole(given['from']),
    to: whole(given['to']),
  }),
});

const start = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/workflows/$workflow/start',
  component: lazyRouteComponent(() => import('./start-page.tsx'), 'StartPage'),
  validateSearch: ({ version }: Given): { version?: number | undefined } => ({ version: whole(version) }),
});

const edit = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/workflows/$workflow/edit',
  component: lazyRouteComponent(() => import('../editor/editor-page.tsx'), 'EditPage'),
  validateSearch: ({ version }: Given): { version?: number | undefined } => ({ version: whole(version) }),
});

const create = createRoute({
  getParentRoute: () => rootRoute,
  path: '/ns/$namespace/new-workflow',
  component: lazyRouteComponent(() => import('../editor/editor-page.tsx'), 'NewPage'),
});

export const workflowRoutes = [list, workflow, start, edit, create] as const;

function whole(given: unknown): number | undefined {
  const number = Number(given);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}
