/** A run at a glance: what failed first, then graph, waterfall or table, and beside them the chosen node. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef } from 'react';
import { Problem } from '../api/http.ts';
import { useLiveRun } from '../api/live.ts';
import { isEnded } from '../api/model.ts';
import { graphQuery, headQuery } from '../api/queries.ts';
import { RunGraphView } from '../graph/run-graph.tsx';
import { Card, Trouble } from '../ui/parts.tsx';
import { Room } from '../ui/room.tsx';
import { signOf } from '../ui/status.tsx';
import { useTitle } from '../ui/title.ts';
import { RunActions } from './actions.tsx';
import { Asked } from './asked.tsx';
import { Cancelled } from './cancelled.tsx';
import { Failure } from './failure.tsx';
import { History } from './history.tsx';
import { MissingRun } from './missing-run.tsx';
import { Json, NodePanel } from './node-panel.tsx';
import { RunHeader } from './run-header.tsx';
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
  if (head.data === undefined) {
    if (head.error instanceof Problem && (head.error.status === 404 || head.error.status === 400))
      return <MissingRun {...run} />;
    return head.error ? <Trouble error={head.error} /> : <p className="p-6 text-soft">Loading…</p>;
  }
  const task = node?.replace(/\[\d+\]$/, '');
  const isTask = graph.data?.nodes.some(({ id }) => id === task) === true;
  return (
    <div className="flex flex-col gap-3 p-3">
      {head.error ? <Trouble error={head.error} /> : null}
      <RunHeader run={run} head={head.data} liveness={liveness}>
        <RunActions run={run} head={head.data} node={isTask ? task : undefined} />
      </RunHeader>
      {head.data.status === 'failed' ? <Failure run={run} head={head.data} onChoose={choose} /> : null}
      {head.data.status === 'cancelled' || head.data.status === 'cancelling' ? (
        <Cancelled run={run} head={head.data} />
      ) : null}
      <Asked run={run} head={head.data} chosen={node} onChoose={choose} />
      <Room
        className={`grid min-h-[29rem] gap-3 ${node === undefined ? '' : beside === undefined ? 'lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]' : 'lg:grid-cols-[minmax(0,1fr)_minmax(0,3fr)]'}`}
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
            <div className="h-[max(26rem,calc(var(--room)-2.5rem))]">
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
          <div className="h-[max(29rem,var(--room))]">
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
      </Room>
    </div>
  );
}
