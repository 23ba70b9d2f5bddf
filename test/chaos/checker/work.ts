import type { EventView } from '../../../engine/runtime/client/run-view.ts';
import { type Evidence, mayBeForgotten, type RunEvidence, wasDisturbed } from '../evidence.ts';
import type { LedgerLine } from '../ledger.ts';
import { ofEachRun } from './invariant.ts';

/** A1: the work was done, and again only for a reason. */
export const work = ofEachRun(
  'work',
  'what succeeded was done; it was done again only where a worker was lost, an attempt had failed, or a user asked',
  function* (run, evidence) {
    yield* checkDone(run);
    const starts = run.ledger.filter(({ what }) => what === 'start');
    for (const [name, lines] of groupBy(starts, attemptName)) {
      // A frozen worker may write its line after those that came after it.
      const list = [...lines].sort((a, b) => (a.delivery ?? 0) - (b.delivery ?? 0));
      yield* checkDeliveries(name, list, evidence);
      for (const [i, start] of list.slice(0, -1).entries())
        yield* checkAgain(name, [start, list[i + 1] ?? start], evidence);
    }
    yield* checkAttempts(
      run,
      groupBy(starts, ({ node }) => node),
    );
  },
);

/** A fan-out that is reset begins its attempts from 1 again. */
function attemptName({ node, attempt, generation }: LedgerLine): string {
  return `${node}, attempt ${attempt}${(generation ?? 1) === 1 ? '' : ` of generation ${generation}`}`;
}

/** A result is that of work that was done to its end. */
function* checkDone({ view, ledger }: RunEvidence): Iterable<string> {
  const tokens = new Map(
    ledger.filter(({ what, as }) => what === 'end' && as === 'succeeded').map((line) => [line.token, line]),
  );
  for (const { id, status, outputs } of view?.nodes ?? []) {
    if (status !== 'succeeded' || Array.isArray(outputs['token']) || outputs['token'] === undefined) continue;
    const line = tokens.get(String(outputs['token']));
    if (line === undefined) yield `${id} succeeded with ${outputs['token']}, but nobody did that work`;
    else if (line.node !== id) yield `${id} has the result of ${line.node}`;
  }
}

function* checkDeliveries(name: string, starts: readonly LedgerLine[], evidence: Evidence): Iterable<string> {
  const known = new Map<number, number>();
  for (const { delivery, at } of starts) {
    if (delivery === null) continue;
    const before = known.get(delivery);
    if (before !== undefined && !mayBeForgotten(evidence, before, at))
      yield `${name} began twice in delivery ${delivery}`;
    known.set(delivery, at);
  }
}

/** The same attempt began again: the first worker must have been lost meanwhile. */
function* checkAgain(
  name: string,
  [start, next]: readonly [LedgerLine, LedgerLine],
  evidence: Evidence,
): Iterable<string> {
  if (wasDisturbed(evidence, start.worker, start.at, next.at)) return;
  if (mayBeForgotten(evidence, start.at, next.at)) return;
  yield `${name} began again after ${next.at - start.at} ms although its worker ${start.worker} was left in peace`;
}

/** A new attempt follows one that failed, or a reset. */
function* checkAttempts(
  { history }: RunEvidence,
  byNode: ReadonlyMap<string, readonly LedgerLine[]>,
): Iterable<string> {
  for (const [node, starts] of byNode) {
    const attempts = [...new Set(starts.map(({ attempt }) => attempt))].sort((a, b) => a - b);
    for (const attempt of attempts.filter((number) => number > 1))
      if (!history.some((event) => explains(event, node, attempt)))
        yield `${node} began attempt ${attempt} although the history knows no reason`;
  }
}

/** Says that the attempt before it is over, or that the node begins anew. */
function explains(event: EventView, node: string, attempt: number): boolean {
  if (event.type === 'node.reset')
    return event.node === node || (event.node !== null && node.startsWith(`${event.node}[`));
  return event.node === node && event.type === 'node.retrying' && event.attempt === attempt - 1;
}

export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
