import { taskOf } from '../draft.ts';
import { type Disturbance, disturbancesOf, type Evidence } from '../evidence.ts';
import type { LedgerLine } from '../ledger.ts';
import type { Invariant } from './invariant.ts';

interface Span {
  readonly run: string;
  readonly node: string;
  readonly from: number;
  readonly to: number;
}

/** I10: limits hold, over all runs. Work of a worker that was lost ends, for this, when that one was. */
export const limits: Invariant = {
  name: 'limits',
  promise: 'no more nodes work at once under a limit than it allows',
  *check(evidence) {
    for (const [key, allowed] of evidence.limits) {
      const found = mostAtOnce(spansUnder(key, evidence));
      if (found.length > allowed)
        yield {
          run: found[0]?.run ?? '',
          what: `${found.length} nodes worked at once under ${key}, which allows ${allowed}: ${found.map(({ run, node }) => `${run}/${node}`).join(', ')}`,
        };
    }
  },
};

function spansUnder(key: string, evidence: Evidence): Span[] {
  return evidence.runs.flatMap(({ run, draft, ledger }) => {
    const ends = new Map(ledger.filter(({ what }) => what === 'end').map((line) => [line.token, line.at]));
    return ledger
      .filter(({ what, node }) => what === 'start' && taskOf(draft, node)?.limit === key)
      .flatMap((line) => {
        const to = Math.min(ends.get(line.token) ?? Infinity, lostAt(line, evidence));
        return to < line.at ? [] : [{ run, node: line.node, from: line.at, to }];
      });
  });
}

/** When its worker was lost; before the line if it only came back to write it. */
function lostAt({ worker, at }: LedgerLine, evidence: Evidence): number {
  const all = disturbancesOf(evidence, worker);
  const before = all.findLast((one) => (one.to ?? Infinity) >= at - 5_000 && one.from <= at);
  return (before ?? all.find((one: Disturbance) => one.from > at))?.from ?? Infinity;
}

function mostAtOnce(spans: readonly Span[]): Span[] {
  let most: Span[] = [];
  let open: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    open = [...open.filter(({ to }) => to > span.from), span];
    if (open.length > most.length) most = open;
  }
  return most;
}
