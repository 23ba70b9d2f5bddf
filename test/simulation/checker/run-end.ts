import type { RunEvidence } from '../evidence.ts';
import { cancellingOf, isRunEnd, lastEndOf, ofEachRun } from './invariant.ts';

/** I9: a run ends when all its tasks have, and its result follows from theirs. */
export const runEnd = ofEachRun(
  'run-end',
  'a run has ended exactly when all its tasks have, and its result is what they say; whoever waited was told the same',
  function* (run, { requests, wentBack }) {
    const { plan } = run.workflow;
    const end = run.events.find(isRunEnd);
    const open = plan.tasks.findIndex((_, node) => lastEndOf(run, node) === undefined);
    if (end && open >= 0) yield { what: `the run ended (seq ${end.seq}) before its task`, node: open };
    if (!end && open < 0 && run.events.length > 0) yield 'all tasks have ended, the run has not';
    if (!end || open >= 0) return;
    const expected = resultOf(run);
    if (end.type !== `run.${expected}`) yield `ended with ${end.type}; its tasks say ${expected}`;
    const told = requests.find((request) => request.run === run.id)?.toldStatus;
    if (told !== undefined && told !== run.header.status && !wentBack)
      yield `a user was told ${told}, stored is ${run.header.status}`;
  },
);

function resultOf(run: RunEvidence): string {
  const { plan, neededByOutputs } = run.workflow;
  const stop = cancellingOf(run);
  if (stop?.detail?.reason === 'run_timeout') return 'failed';
  const hasFailed = plan.tasks.some((task, node) => lastEndOf(run, node) === 'failed' && !task.allowFailure);
  if (hasFailed) return 'failed';
  // Also when all that still ran has succeeded before it heard of the cancel: who asked was told that it counts.
  if (stop) return 'cancelled';
  const lacksOutput = neededByOutputs.some((node) => lastEndOf(run, node) !== 'succeeded');
  return lacksOutput ? 'failed' : 'succeeded';
}
