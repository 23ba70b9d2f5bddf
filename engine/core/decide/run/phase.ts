/**
 * The end of a run, part by part: what the main part came to, compensation in reverse order if it did not succeed, the
 * handlers of that result, those of `on_finish`, and only then the terminal event. A part in which nothing applies leaves no
 * trace but skipped tasks.
 */
import { isEnded } from '../../node-state.ts';
import type { PlanTask } from '../../plan.ts';
import { LATER_PARTS, type LaterPart, partAtHand, partOf } from '../../run-part.ts';
import type { RunState } from '../../run-state.ts';
import { undoneNodes } from '../../undone-node.ts';
import type { Turn } from '../turn.ts';
import { endRun, runTimer } from './run.ts';
import { evaluateOutputs } from './run-outputs.ts';
import { resultOf, taskError } from './run-result.ts';

const STATUS = { compensation: 'compensating', outcome: 'finishing', finish: 'finishing' } as const;

/** Goes on when the part at hand is over. Answers whether another one has begun. */
export function finishPart(turn: Turn, run: RunState): boolean {
  const { header } = run;
  if (run.openTasks > 0 || header.paused || header.reset) return false;
  if (header.part === undefined) concludeMain(turn, run);
  if (header.part === 'compensation') noteFailedCompensation(run);
  for (const part of LATER_PARTS.slice(partsBegun(run))) {
    header.part = part;
    if (beginPart(turn, run, part)) return true;
  }
  endRun(turn, run);
  return false;
}

function partsBegun({ header }: RunState): number {
  const part = partAtHand(header);
  return part === 'main' ? 0 : LATER_PARTS.indexOf(part) + 1;
}

function concludeMain(turn: Turn, run: RunState): void {
  const { header } = run;
  const outputs = evaluateOutputs(run, turn.now, turn.shard.outputBounds.maxBytes);
  const { status, error = outputs.error } = resultOf(run);
  header.result = {
    status: error && status === 'succeeded' ? 'failed' : status,
    ...(error ? { error } : {}),
  };
  const { o = {}, l } = turn.keepOutputs(run, outputs.values);
  header.outputs = o;
  if (l) header.largeOutputs = l;
  else delete header.largeOutputs;
  turn.removeTimer('run_timeout', runTimer(run));
}

/** False when the part has no tasks. */
function beginPart(turn: Turn, run: RunState, part: LaterPart): boolean {
  const { header, plan } = run;
  for (const [index, task] of plan.tasks.entries()) {
    const record = run.nodes[index];
    if (partOf(task) !== part || !record || isEnded(record.state)) continue;
    run.openTasks++;
    run.frontier.push(index);
  }
  if (run.openTasks === 0) return false;
  const status = STATUS[part];
  const applies = run.frontier.some((index) => isApplicable(run, plan.tasks[index]));
  if (applies && header.status !== status) {
    header.status = status;
    turn.event(run, `run.${status}`);
    turn.saveStatus(run, true);
  }
  turn.saveHeader(run);
  return true;
}

/** Whether a task of a later part has something to do, given the result. */
export function isApplicable(run: RunState, task: PlanTask | undefined): boolean {
  if (task?.phase && run.header.refused) return false;
  const status = run.header.result?.status;
  switch (task?.phase) {
    case 'compensate':
      return status !== 'succeeded' && undoneNodes(run, task).length > 0;
    case 'on_success':
      return status === 'succeeded';
    case 'on_failure':
      return status === 'failed';
    default:
      return true;
  }
}

/** What could not be undone is what a person has to know of first. */
function noteFailedCompensation(run: RunState): void {
  const { header, plan, nodes } = run;
  const index = plan.tasks.findIndex(
    ({ phase }, i) => phase === 'compensate' && nodes[i]?.state === 'failed',
  );
  if (index < 0 || !header.result || header.result.error?.code === 'compensation_failed') return;
  const { message, task } = taskError(run, index);
  const before = header.result.error ? ` The run had ended so: ${header.result.error.message}` : '';
  header.result = {
    status: header.result.status,
    error: {
      code: 'compensation_failed',
      message: `not everything was undone: ${message}${before}`,
      ...(task === undefined ? {} : { task }),
    },
  };
}
