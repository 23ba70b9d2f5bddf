/**
 * Runs that take longer than usual, for rules that ask for it (`slow`). A timer is set at what is usual; while that is not known yet, as after an
 * orchestrator has begun, the run asks again a little later. A run that is taken up again is compared with nothing.
 */
import type { AttemptName } from '../../message.ts';
import type { RunState } from '../../run-state.ts';
import { fireForRun } from '../notification/run-alert.ts';
import type { Turn } from '../turn.ts';

/** What is usual is asked for again after so long, ms. */
const ASK_AGAIN_MS = 30_000;

const timerName = ({ header }: RunState): AttemptName => ({
  run: header.id,
  node: 0,
  generation: 0,
  attempt: 0,
});

/** The run has begun. */
export function setUsual(turn: Turn, run: RunState): void {
  if (!isWatched(turn, run)) return;
  const dueAt = dueOf(turn, run);
  if (dueAt !== undefined) turn.setTimer('run_usual', timerName(run), dueAt);
}

export function takeUsual(turn: Turn, run: RunState): void {
  if (!isWatched(turn, run) || run.header.alerts?.some(({ rule }) => rule === 'slow')) return;
  const dueAt = dueOf(turn, run);
  if (dueAt === undefined) return;
  if (dueAt > turn.now) return turn.setTimer('run_usual', timerName(run), dueAt);
  const { namespace, workflow } = run.header;
  const usual = Math.round((turn.facts.usualMs?.(namespace, workflow) ?? 0) / 1_000);
  fireForRun(turn, run, 'slow', ` (nearly all took at most ${usual} s)`);
}

export function clearUsual(turn: Turn, run: RunState): void {
  if (isWatched(turn, run)) turn.removeTimer('run_usual', timerName(run));
}

function isWatched({ facts }: Turn, { header }: RunState): boolean {
  const rules = facts.alertsOf?.(header.namespace, header.workflow) ?? [];
  return rules.some(({ on }) => on.includes('slow')) && !header.retries;
}

/** Undefined: too little is known of the workflow to call any run slow. */
function dueOf({ facts, now }: Turn, { header }: RunState): number | undefined {
  const usualMs = facts.usualMs?.(header.namespace, header.workflow);
  if (usualMs === undefined) return now + ASK_AGAIN_MS;
  return usualMs === null ? undefined : (header.startedAt ?? now) + slowAfterMs(usualMs);
}

/** A tenth and ten seconds beyond what is usual: nobody wants to hear of less. */
function slowAfterMs(usualMs: number): number {
  return usualMs + usualMs / 10 + 10_000;
}
