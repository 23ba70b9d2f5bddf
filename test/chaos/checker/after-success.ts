import { type Evidence, wasDisturbed } from '../evidence.ts';
import type { LedgerLine } from '../ledger.ts';
import { ofEachRun } from './invariant.ts';
import { endOf, type Life, livesOf } from './lives.ts';

/** Between a claim and the first line of the work; the clocks are one. */
const SLACK_MS = 250;

/** What has succeeded does not run again: not in the same generation. */
export const afterSuccess = ofEachRun(
  'after_success',
  'no work begins after the success of its node, except that of a worker that was frozen before it could begin',
  function* (run, evidence) {
    const lives = livesOf(run.history);
    for (const line of run.ledger.filter(({ what }) => what === 'start')) {
      const late = msAfterSuccess(line, lives.get(line.node) ?? []);
      if (late > SLACK_MS && !isZombie(line, evidence))
        yield `${line.node} began attempt ${line.attempt} ${Math.round(late)} ms after its success, in worker ${line.worker}`;
    }
  },
);

/** Against the life that goes on when it begins: 0 when that has no success yet. */
function msAfterSuccess({ generation, at }: LedgerLine, lives: readonly Life[]): number {
  const life = generation === null ? lives.at(-1) : lives.findLast((one) => one.generation === generation);
  const end = endOf(life);
  return end?.type === 'node.succeeded' ? at - Date.parse(end.at) : 0;
}

/** It had its claim before it was frozen, and wrote its line after. */
function isZombie({ worker, at }: LedgerLine, evidence: Evidence): boolean {
  return wasDisturbed(evidence, worker, at, at);
}
