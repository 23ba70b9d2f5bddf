/** A run at a glance: what failed first, then graph, waterfall or table, and beside them the chosen node. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { useLiveRun } from '../api/live.ts';
import { isEnded, type RunHead } from '../api/model.ts';
import { graphQuery, headQuery } from '../api/queries.ts';
import { RunGraphView } from '../graph/run-graph.tsx';
import { shownCost } from '../ui/cost-card.tsx';
import { Card, Copy, Trouble } from '../ui/parts.tsx';
import { Status, signOf } from '../ui/status.tsx';
import { Ago, Took } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { RunActions } from './actions.tsx';
import { Asked } from './asked.tsx';
import { Failure } from './failure.tsx';
import { History } from './history.tsx';
import { Json, NodePanel } from './node-panel.tsx';
import { StepTable } from './step-table.tsx';
import { VIEWS } from './views.ts';
import { Waterfall } from './waterfall.tsx';

const route = getRouteApi('/ns/$namespace/runs/$run');

export function RunPage() {
  const run = route.useParams();
  const { node, view = 'graph', attempt, line, beside } = route.useSearch();
  const navigate = route.useNavigate();
  const head = useQuery(headQuery(run));
  const graph = useQuery(graphQuery(run));
  const isOver = head.data !== undefined && isEnded(head.data.status);
  const liveness = useLiveRun(run, { after: graph.data?.seq, isOver });
  useTitle(head.data && `${signOf(head.data.status)} ${head.data.workflow} ${run.run.slice(0, 10)}…`);
  const called = useRef<string>(undefined);
  const choose = (chosen: string | undefined) => {
    called.current = chosen;
    void navigate({
      search: ({ view: kept }) => ({ view: kept, node: chosen }),
      replace: true,
    });
  };
  if (head.data === undefined)
    return head.error ? <Trouble error={head.error} /> : <p className="p-6 text-soft">Loading…</p>;
  const task = node?.replace(/\[\d+\]$/, '');
  const isTask = graph.data?.nodes.some(({ id }) => id === task) === true;
  return (
    <div className="flex flex-col gap-3 p-3">
      {head.error ? <Trouble error={head.error} /> : null}
      <Header head={head.data} liveness={liveness}>
        <RunActions run={run} head={head.data} node={isTask ? task : undefined} />
      </Header>
      {head.data.status === 'failed' ? <Failure run={run} head={head.data} onChoose={choose} /> : null}
      <Asked run={run} head={head.data} chosen={node} onChoose={choose} />
      <div
        className={`grid min-h-[32rem] gap-3 ${node === undefined ? '' : beside === undefined ? 'lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]' : 'lg:grid-cols-[minmax(0,1fr)_minmax(0,3fr)]'}`}
      >
        <Card
          title={
            <span className="flex gap-1" role="tablist" aria-label="How to look at it">
              {VIEWS.map((one) => (
                <button
                  key={one}
                  type="button"
                  role="tab"
                  aria-selected={one === view}
                  onClick={() => void navigate({ search: (old) => ({ ...old, view: one }), replace: true })}
                  className={`cursor-pointer rounded px-2 py-0.5 capitalize ${one === view ? 'bg-sunk' : 'text-soft'}`}
                >
                  {one}
                </button>
              ))}
            </span>
          }
        >
          {graph.data === undefined ? (
            <p className="p-6 text-soft">Loading…</p>
          ) : view === 'graph' ? (
            <div className="h-[max(29rem,calc(100dvh-15rem))]">
              <RunGraphView tasks={graph.data.nodes} chosen={task} onChoose={choose} />
            </div>
          ) : view === 'waterfall' ? (
            <Waterfall run={run} head={head.data} tasks={graph.data.nodes} chosen={task} onChoose={choose} />
          ) : view === 'steps' ? (
            <StepTable run={run} tasks={graph.data.nodes} chosen={node} onChoose={choose} />
          ) : view === 'events' ? (
            <History run={run} seq={graph.data.seq} onChoose={choose} />
          ) : (
            <div className="grid gap-4 p-3 lg:grid-cols-2">
              <div>
                <h3 className="pb-1 font-semibold">Inputs</h3>
                <Json value={head.data.inputs} />
              </div>
              <div>
                <h3 className="pb-1 font-semibold">Outputs</h3>
                <Json value={head.data.outputs} />
              </div>
            </div>
          )}
        </Card>
        {node === undefined ? null : (
          <div className="h-[max(32rem,calc(100dvh-12rem))]">
            <NodePanel
              key={node}
              run={run}
              node={node}
              task={graph.data?.nodes.find(({ id }) => id === task)}
              onChoose={choose}
              at={{ attempt, line, beside }}
              isCalled={called.current === node}
              onAt={(at) => void navigate({ search: (old) => ({ ...old, ...at }), replace: true })}
              onClose={() => choose(undefined)}
            />
          </div>
        )}
      </div>
    </div>
  );
}

function Header({
  head,
  liveness,
  children,
}: {
  readonly head: RunHead;
  readonly liveness: string;
  readonly children: React.ReactNode;
}) {
  const percent = Math.round(100 * head.progress);
  return (
    <header className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-lg font-semibold">{head.workflow}</h1>
        <Status state={head.paused_at != null && !isEnded(head.status) ? 'paused' : head.status} />
        <span className="font-mono text-xs text-soft">
          {head.id} <Copy text={head.id} />
        </span>
        {head.parent === null ? null : (
          <span className="text-sm text-soft">
            started by{' '}
            <Link
              to="/ns/$namespace/runs/$run"
              params={{ namespace: head.namespace, run: head.parent.run }}
              search={{ node: head.parent.node }}
            >
              {head.parent.node} of its parent
            </Link>
          </span>
        )}
        <div className="ml-auto">{children}</div>
      </div>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-sm text-soft">
        <span>
          started <Ago at={head.created_at} /> by {head.trigger.type}
        </span>
        <span>
          {isEnded(head.status) ? 'took' : 'for'} <Took from={head.started_at} to={head.finished_at} />
        </span>
        {head.cost === null ? null : <span title="Attempts that are over">cost {shownCost(head.cost)}</span>}
        <span>
          {Object.entries(head.states)
            .map(([state, count]) => `${count} ${state.replaceAll('_', ' ')}`)
            .join(' · ')}
        </span>
        {head.eta === null ? null : (
          <span
            title={
              head.eta.basis === 'learned'
                ? 'By former runs'
                : 'Partly a guess: not all tasks have run before'
            }
          >
            {percent} % done, ends <Ago at={head.eta.at} />
          </span>
        )}
        {liveness === 'over' ? null : (
          <span className={liveness === 'live' ? 'text-ok' : 'text-wait'}>
            {liveness === 'live' ? '● live' : '◌ asking every 2 s'}
          </span>
        )}
      </div>
      {isEnded(head.status) ? null : (
        <progress
          max={100}
          value={percent}
          aria-label={`${percent} % done`}
          className="h-1.5 w-full overflow-hidden rounded-full [&::-webkit-progress-bar]:bg-sunk [&::-webkit-progress-value]:bg-busy [&::-moz-progress-bar]:bg-busy"
        />
      )}
    </header>
  );
}
