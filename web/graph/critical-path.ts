/** The chain of tasks that decided when the run ended, from the times at which tasks began and ended. */

export interface Timed {
  readonly id: string;
  readonly needs: readonly string[];
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

/** From the first to the last. Empty when nothing has ended yet. */
export function criticalPath(tasks: readonly Timed[]): readonly string[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const ended = tasks.filter((task) => task.started_at !== null && task.finished_at !== null);
  let last = latest(ended);
  const path: string[] = [];
  while (last !== undefined && !path.includes(last.id)) {
    path.unshift(last.id);
    last = latest(
      last.needs.flatMap((id) => byId.get(id) ?? []).filter(({ finished_at }) => finished_at !== null),
    );
  }
  return path;
}

/** When a task could have begun: the end of its last need, or the begin of the run. */
export function readyAt(task: Timed, byId: ReadonlyMap<string, Timed>, runStart: number): number {
  const ends = task.needs.flatMap((id) => {
    const end = byId.get(id)?.finished_at;
    return end ? [Date.parse(end)] : [];
  });
  return Math.max(runStart, ...ends);
}

function latest(tasks: readonly Timed[]): Timed | undefined {
  let found: Timed | undefined;
  for (const task of tasks)
    if (found === undefined || (task.finished_at ?? '') > (found.finished_at ?? '')) found = task;
  return found;
}
