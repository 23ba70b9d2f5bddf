/** How far a run is and when it ends, or what it waits for instead. */
import { useQuery } from '@tanstack/react-query';
import type { RunHead } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { Ago, At, useNow } from '../ui/time.tsx';
import { askedWords, waitingQuery } from './asked.tsx';

/** Nearer than this nobody can say more. */
const SOON_MS = 5_000;
/** What goes on without anybody. */
const MOVING = ['running', 'queued', 'blocked', 'retrying'] as const;

interface Props {
  readonly run: RunRef;
  readonly head: RunHead;
}

export function Outlook({ run, head }: Props) {
  const { eta, states } = head;
  const isStill = (states.waiting ?? 0) > 0 && MOVING.every((state) => (states[state] ?? 0) === 0);
  if (head.finished_at !== null) return null;
  if (eta !== null && !isStill) return <End eta={eta} percent={Math.round(100 * head.progress)} />;
  return isStill ? <WaitsFor run={run} head={head} /> : null;
}

function End({ eta, percent }: { readonly eta: NonNullable<RunHead['eta']>; readonly percent: number }) {
  const left = Date.parse(eta.at) - useNow();
  return (
    <span
      title={eta.basis === 'learned' ? 'By former runs' : 'Partly a guess: not all tasks have run before'}
    >
      {percent} % done{eta.overtime && ', takes longer than usual'}
      {left > SOON_MS ? (
        <>
          , ends <Ago at={eta.at} />
        </>
      ) : (
        !eta.overtime && ', should end any moment'
      )}
    </span>
  );
}

/** Nothing else goes on. */
function WaitsFor({ run, head }: Props) {
  const { data } = useQuery(waitingQuery(run));
  const [first, ...others] = data?.nodes ?? [];
  if (first === undefined) return null;
  const asked = askedWords(first);
  return (
    <span className="text-wait">
      waits{' '}
      {asked !== undefined ? (
        `for ${asked} (${first.id})`
      ) : first.waiting?.until == null ? (
        `(${first.id})`
      ) : (
        <>
          until <At at={first.waiting.until} /> ({first.id})
        </>
      )}
      {others.length === 0 ? '' : ` and ${others.length} more`}
      {head.eta === null ? '' : `, ${Math.round(100 * head.progress)} % done`}
    </span>
  );
}
