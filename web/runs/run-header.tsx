/** What a run is, how it stands, and how far it is. */
import { Link } from '@tanstack/react-router';
import { isEnded, type RunHead } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { shownCost } from '../ui/cost-card.tsx';
import { Copy } from '../ui/parts.tsx';
import { Status } from '../ui/status.tsx';
import { Ago, Took } from '../ui/time.tsx';
import { Outlook } from './outlook.tsx';

export function RunHeader({
  run,
  head,
  liveness,
  children,
}: {
  readonly run: RunRef;
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
        <Outlook run={run} head={head} />
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
