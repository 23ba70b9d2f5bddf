import { mayBeForgotten, wasDisturbed } from '../evidence.ts';
import { ofEachRun } from './invariant.ts';

/** A claim that was granted before the cancel was durable may still begin. */
export const LEASE_MS = 1_500;

/** I11: no start after the answer to a cancel. */
export const cancel = ofEachRun(
  'cancel',
  'no work begins later than a lease after a cancel was answered, and the run says so',
  function* (run, evidence) {
    const asked = run.told.find(({ what, answer }) => what === 'cancel' && answer === 'yes');
    if (asked === undefined || mayBeForgotten(evidence, asked.askedAt, asked.at)) return;
    if (!run.history.some(({ type }) => type === 'run.cancelling' || type === 'run.cancelled'))
      yield 'the client was told that it was being cancelled, but the history knows of no cancel';
    const again = run.told.find(
      ({ what, answer, askedAt }) => what === 'retry' && answer !== 'no' && askedAt > asked.at,
    );
    for (const { what, at, node, worker } of run.ledger) {
      if (what !== 'start' || at <= asked.at + LEASE_MS || (again && at >= again.askedAt)) continue;
      if (!wasDisturbed(evidence, worker, at, at))
        yield `${node} began ${at - asked.at} ms after the cancel was answered`;
    }
  },
);
