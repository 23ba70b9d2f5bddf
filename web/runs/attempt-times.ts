/** What a node did when: for each attempt how long it stood in a queue and worked, and the pause before the next. */
import type { Attempt, RunNode } from '../api/model.ts';

export interface Span {
  readonly kind: 'queue' | 'work' | 'pause';
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** The pause before a retry is of that which follows. */
  readonly attempt: number;
  /** Of work: how it ended, or how the node stands while it goes on. */
  readonly state: string;
}

interface Timed extends Pick<RunNode, 'status'> {
  readonly attempts: readonly Attempt[];
}

/** In the order of time, without those that took no time, except work. @param now ms since 1970 */
export function spansOf({ attempts, status }: Timed, now: number): readonly Span[] {
  const spans: Span[] = [];
  let before: { readonly end: number; readonly generation: number } | undefined;
  for (const [i, one] of attempts.entries()) {
    const isLast = i === attempts.length - 1;
    const end = timeOf(one.finished_at) ?? now;
    const start = timeOf(one.started_at) ?? end;
    const queued = Math.min(start, timeOf(one.queued_at) ?? start);
    const add = (kind: Span['kind'], from: number, to: number, state: string) => {
      if (to > from || kind === 'work') spans.push({ kind, from, to, attempt: one.number, state });
    };
    // Between two lives of a node nothing waited: somebody took it up again.
    if (before?.generation === one.generation) add('pause', before.end, queued, 'retrying');
    add('queue', queued, start, 'queued');
    add('work', start, end, stateOf(one, isLast ? status : 'succeeded'));
    before = { end, generation: one.generation };
  }
  if (before !== undefined && status === 'retrying' && attempts.at(-1)?.finished_at != null)
    spans.push({
      kind: 'pause',
      from: before.end,
      to: now,
      attempt: (attempts.at(-1)?.number ?? 0) + 1,
      state: status,
    });
  return spans;
}

/** An attempt that is over says by its error how it ended; `waiting` lasts as its node does. */
function stateOf({ error, finished_at }: Attempt, status: string): string {
  if (error !== null) return 'failed';
  if (finished_at === null) return status;
  return status === 'cancelled' ? status : 'succeeded';
}

export interface Sums {
  readonly workMs: number;
  /** In queues and pauses, from the begin of the first attempt on. */
  readonly betweenMs: number;
}

/** Of the life that a node is in. */
export function sumsOf(node: Timed, now: number): Sums {
  const generation = node.attempts.at(-1)?.generation;
  const attempts = node.attempts.filter((one) => one.generation === generation);
  const spans = spansOf({ attempts, status: node.status }, now);
  const first = spans.findIndex(({ kind }) => kind === 'work');
  const sum = (all: readonly Span[]) => all.reduce((ms, { from, to }) => ms + to - from, 0);
  return {
    workMs: sum(spans.filter(({ kind }) => kind === 'work')),
    betweenMs: first < 0 ? 0 : sum(spans.slice(first).filter(({ kind }) => kind !== 'work')),
  };
}

function timeOf(at: string | null): number | undefined {
  return at === null ? undefined : Date.parse(at);
}
