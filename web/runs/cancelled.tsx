/** Of a cancelled run, who ended it and why, and what goes on from there. */
import type { RunHead } from '../api/model.ts';
import type { RunRef } from '../api/queries.ts';
import { Command } from '../ui/parts.tsx';
import { Ticked } from '../ui/ticked.tsx';
import { Ago } from '../ui/time.tsx';

/** What the engine says where nobody gave a reason. */
const NO_REASON = 'the run was cancelled';

export function Cancelled({ run, head }: { readonly run: RunRef; readonly head: RunHead }) {
  const { error, status, finished_at: at } = head;
  const isOver = status === 'cancelled';
  const reason = error === null || error.message === NO_REASON ? undefined : error.message;
  return (
    <section className="rounded-lg border border-line bg-card text-sm" aria-label="Why it was cancelled">
      <p className="bg-idle-soft px-3 py-2">
        <b className="font-medium">{isOver ? 'Cancelled' : 'Being cancelled'}</b>
        {error?.by === undefined ? '' : ` by ${error.by}`}
        {isOver ? (
          <>
            {' '}
            <Ago at={at} />
          </>
        ) : null}
        {reason === undefined ? (
          isOver ? (
            <span className="text-soft">; no reason was given</span>
          ) : null
        ) : (
          <>
            : <Ticked text={reason} />
          </>
        )}
      </p>
      {isOver ? (
        <p className="flex flex-wrap items-center gap-2 px-3 py-2 text-soft">
          To go on where it was stopped: <Command text={`sluice retry ${run.run} --failed`} />
          <span>
            From a task on: choose it and press <b className="font-medium">Retry from</b>. All of it anew:{' '}
            <b className="font-medium">Run again</b>.
          </span>
        </p>
      ) : null}
    </section>
  );
}
