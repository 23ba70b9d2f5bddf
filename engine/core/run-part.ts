/**
 * The parts of a run, one after the other: the main part; then, if it did not succeed, compensation; then the handlers of its
 * result; last those of `on_finish`, whatever the result. A task belongs to one part, and is not looked at in the others.
 */
import type { PlanTask, TaskPhase } from './plan.ts';

/** Parts after the main one, in their order. */
export const LATER_PARTS = ['compensation', 'outcome', 'finish'] as const;
export type LaterPart = (typeof LATER_PARTS)[number];
export type RunPart = 'main' | LaterPart;

const PART_OF_PHASE = {
  compensate: 'compensation',
  on_success: 'outcome',
  on_failure: 'outcome',
  on_finish: 'finish',
} as const satisfies Record<TaskPhase, LaterPart>;

export function partOf({ phase }: Pick<PlanTask, 'phase'>): RunPart {
  return phase === undefined ? 'main' : PART_OF_PHASE[phase];
}

/** The part that the run is in. */
export function partAtHand({ part }: { readonly part?: LaterPart }): RunPart {
  return part ?? 'main';
}

/** Whether the main part is being stopped. What comes after it is not: a cancel undoes and cleans up, too. */
export function isCancelling({
  header,
}: {
  readonly header: { readonly cancel?: object; readonly part?: LaterPart };
}): boolean {
  return header.cancel !== undefined && header.part === undefined;
}
