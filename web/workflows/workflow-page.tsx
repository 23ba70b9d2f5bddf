/** A workflow: how its last runs went, its graph, what starts it, and its versions. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { Problem } from '../api/http.ts';
import { useLiveRuns } from '../api/live.ts';
import { CostCard } from '../ui/cost-card.tsx';
import { Card, Command, Empty, Trouble } from '../ui/parts.tsx';
import { useTitle } from '../ui/title.ts';
import { HeatSquares, LastRuns, type Versions as VersionNumbers } from './heat-squares.tsx';
import { MissingWorkflow } from './missing-workflow.tsx';
import {
  definitionGraphQuery,
  historyQuery,
  type Workflow,
  type WorkflowRef,
  workflowQuery,
} from './queries.ts';
import { Triggers } from './triggers.tsx';
import { Versions } from './versions.tsx';
import { WORKFLOW_VIEWS, type WorkflowView } from './views.ts';

const DefinitionGraph = lazy(() => import('../editor/definition-graph.tsx'));
const route = getRouteApi('/ns/$namespace/workflows/$workflow');

export function WorkflowPage() {
  const place = route.useParams();
  const { view = 'runs' } = route.useSearch();
  useTitle(place.workflow);
  useLiveRuns(place.namespace);
  const seen = useQuery(workflowQuery(place));
  const isUnapplied = seen.error instanceof Problem && seen.error.status === 404;
  // Asked of one that was started from its file as well.
  const { error: unknown } = useQuery({ ...historyQuery(place), enabled: isUnapplied });
  const workflow = seen.data?.workflow;
  if (seen.error && !isUnapplied) return <Trouble error={seen.error} />;
  if (seen.isPending) return <p className="p-6 text-soft">Loading…</p>;
  if (isUnapplied && unknown instanceof Problem && unknown.status === 404)
    return <MissingWorkflow {...place} />;
  return (
    <div className="flex flex-col gap-3 p-3">
      <Header place={place} version={workflow?.version} description={workflow?.description ?? null} />
      {isUnapplied ? (
        <p className="text-sm text-soft">
          It was started from its file and never applied, so it has no versions and no triggers here. To keep
          it: <Command text="sluice apply workflow.yaml" />
        </p>
      ) : null}
      <Card title={<Views chosen={view} />}>
        {view === 'runs' ? (
          <Runs place={place} versions={numbersOf(workflow)} />
        ) : view === 'graph' ? (
          <Graph place={place} />
        ) : workflow === undefined ? (
          <Empty command="sluice apply workflow.yaml">Nothing is applied under this name:</Empty>
        ) : view === 'triggers' ? (
          <Triggers place={place} triggers={workflow.triggers} />
        ) : (
          <Versions place={place} workflow={workflow} />
        )}
      </Card>
      {view === 'runs' ? <CostCard {...place} /> : null}
    </div>
  );
}

function Header({
  place,
  version,
  description,
}: {
  readonly place: WorkflowRef;
  readonly version: number | undefined;
  readonly description: string | null;
}) {
  return (
    <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="min-w-0 grow">
        <h1 className="text-lg font-semibold break-words">
          {place.workflow}{' '}
          {version === undefined ? null : (
            <span className="text-sm font-normal text-soft">version {version}</span>
          )}
        </h1>
        {description === null ? null : (
          <p className="max-w-prose text-sm whitespace-pre-line text-soft">{description}</p>
        )}
      </div>
      {version === undefined ? null : (
        <Link
          to="/ns/$namespace/workflows/$workflow/edit"
          params={place}
          className="rounded-md border border-line bg-card px-2.5 py-1 text-sm font-medium text-text hover:bg-sunk hover:no-underline"
        >
          Edit
        </Link>
      )}
      <Link
        to="/ns/$namespace/workflows/$workflow/start"
        params={place}
        className="rounded-md bg-accent px-2.5 py-1 text-sm font-medium text-on-accent hover:no-underline hover:opacity-90"
      >
        Start…
      </Link>
    </header>
  );
}

function Views({ chosen }: { readonly chosen: WorkflowView }): ReactNode {
  return (
    <nav className="flex gap-1" aria-label="Of this workflow">
      {WORKFLOW_VIEWS.map((view) => (
        <Link
          key={view}
          from="/ns/$namespace/workflows/$workflow"
          search={{ view }}
          replace
          aria-current={view === chosen ? 'page' : undefined}
          className={`rounded px-2 py-1 capitalize hover:no-underline ${view === chosen ? 'bg-sunk text-text' : 'text-soft'}`}
        >
          {view}
        </Link>
      ))}
    </nav>
  );
}

/** Of those that have the same plan, the newest. */
function numbersOf(workflow: Workflow | undefined): VersionNumbers {
  const oldestFirst = [...(workflow?.versions ?? [])].reverse();
  return new Map(oldestFirst.map(({ plan, number }) => [plan, number]));
}

function Runs({ place, versions }: { readonly place: WorkflowRef; readonly versions: VersionNumbers }) {
  const { data, error } = useQuery(historyQuery(place));
  if (error) return <Trouble error={error} />;
  if (data === undefined) return <p className="p-6 text-soft">Loading…</p>;
  if (data.runs.length === 0)
    return <Empty command={`sluice start ${place.workflow}`}>It has never run. Start it here, or:</Empty>;
  return (
    <>
      <HeatSquares namespace={place.namespace} history={data} />
      <LastRuns namespace={place.namespace} history={data} versions={versions} />
      <p className="border-t border-line px-3 py-2 text-sm">
        <Link
          to="/ns/$namespace/runs"
          params={{ namespace: place.namespace }}
          search={{ workflow: place.workflow }}
        >
          All runs of {place.workflow}
        </Link>
      </p>
    </>
  );
}

function Graph({ place }: { readonly place: WorkflowRef }) {
  const { data, error } = useQuery(definitionGraphQuery(place));
  if (error) return <Trouble error={error} />;
  return (
    <div className="h-[32rem]">
      <Suspense fallback={<p className="p-6 text-soft">Loading…</p>}>
        {data === undefined ? null : <DefinitionGraph graph={data} />}
      </Suspense>
    </div>
  );
}
