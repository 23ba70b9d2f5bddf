/** How the tasks of a draft must end: a plain reading of the trigger rules, in the order of the tasks. */
import { type End, type Letter, verdictOf } from '../simulation/reference.ts';
import type { Draft, TaskDraft } from './draft.ts';

/** `generationOf` answers which generation of a task counts. */
export function expectedEnds(draft: Draft, generationOf: (task: string) => number): Map<string, End> {
  const ends = new Map<string, End>();
  for (const task of draft.tasks) {
    const letters = task.needs.map((need) => letterOf(ends.get(need)));
    const verdict = task.needs.length === 0 ? 'run' : verdictOf(task.rule, letters);
    ends.set(task.id, verdict === 'run' ? endOfWork(task, generationOf(task.id)) : verdict);
  }
  return ends;
}

function letterOf(end: End | undefined): Letter {
  if (end === 'succeeded') return 'S';
  return end === 'skipped' ? 'K' : 'F';
}

function endOfWork({ does, retries }: TaskDraft, generation: number): End {
  if (does === 'fails') return 'failed';
  if (does === 'flaky') return retries > 0 ? 'succeeded' : 'failed';
  if (does === 'mended') return generation > 1 ? 'succeeded' : 'failed';
  return 'succeeded';
}
