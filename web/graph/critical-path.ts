/** The chain of tasks that decided when the run ended, from the times at which tasks began and ended. */

import type { GraphTask } from '../api/model.ts';
import { partOf } from './parts.ts';

export interface Timed extends Pick<GraphTask, 'phase'> {
  readonly id: string;
  readonly needs: readonly string[];
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

/** From the first to the last, through all parts of the run. Empty when nothing has ended yet. */
export function criticalPath(tasks: readonly Timed[]): readonly string[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const ended = tasks.filter((task) => task.started_at !== null && task.finished_at !== null);
  let last = latest(ended);
  const path: string[] = [];
  while (last !== undefined && !path.includes(last.id)) {
    path.unshift(last.id);
    last = latest(causesOf(last, byId, ended));
  }
  return path;
}

/** What it waited for: of its needs, else of the parts before, what had ended. */
function causesOf(task: Timed, byId: ReadonlyMap<string, Timed>, ended: readonly Timed[]): readonly Timed[] {
  const needs = task.needs
    .flatMap((id) => byId.get(id) ?? [])
    .filter(({ finished_at }) => finished_at !== null);
  if (needs.length > 0 || partOf(task) === 0) return needs;
  return ended.filter(
    (one) => partOf(one) < partOf(task) && (one.finished_at ?? '') <= (task.started_at ?? ''),
  );
}

function latest(tasks: readonly Timed[]): Timed | undefined {
  let found: Timed | undefined;
  for (const task of tasks)
    if (found === undefined || (task.finished_at ?? '') > (found.finished_at ?? '')) found = task;
  return found;
}
