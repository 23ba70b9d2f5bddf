/**
 * Handlers and compensations stand apart from the main part of a workflow: edges lead to tasks of the same map only, and
 * what a handler reads of another handler it must wait for in writing.
 */
import { needsOf } from '../dependency.ts';
import type { SiteReference } from '../site-reference.ts';
import { has, type TaskEntry, type WorkflowContext } from '../workflow-context.ts';

/** Keys without a meaning once the run has come to its end. */
const MAIN_ONLY = ['compensate'];

/** Names are told apart over all maps, since `tasks.NAME` may name any of them. */
export function checkPhases({ document, tasks, byId }: WorkflowContext): void {
  for (const task of tasks) {
    if (task.phase === undefined || task.phase === 'compensate') continue;
    const other = byId.get(task.id);
    if (other !== undefined && other !== task) {
      const message = `The name \`${task.id}\` is taken by a task under \`${other.path[0]}\`.`;
      document.error({
        code: 'duplicate_name',
        path: task.path,
        onKey: true,
        message,
        hint: 'Rename one of them.',
      });
    }
    for (const key of MAIN_ONLY.filter((one) => has(task.raw, one))) {
      const message = `\`${key}\` has no meaning in a handler: handlers run after everything was undone.`;
      document.error({
        code: 'not_in_handler',
        path: [...task.path, key],
        onKey: true,
        message,
        hint: 'Remove it.',
      });
    }
  }
}

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

export function explainNeed(task: TaskEntry, upstream: TaskEntry): Explanation {
  const message = `\`${task.id}\` stands under \`${task.path[0]}\` and cannot need \`${upstream.id}\`, which stands under \`${upstream.path[0]}\`.`;
  const hint = task.phase
    ? 'Handlers start when all tasks have ended. Remove it; values of tasks can be read without `needs`.'
    : 'Handlers run after all tasks. Move one of the two.';
  return { message, hint };
}

/** Whether a place may read of this handler: a handler of the same map that waits for it. */
export function mayRead(
  context: WorkflowContext,
  reader: TaskEntry | undefined,
  handler: TaskEntry,
): boolean {
  if (!reader || reader.phase !== handler.phase) return false;
  if (reader === handler) return true;
  const open = [reader];
  const seen = new Set<string>();
  for (let at = open.pop(); at; at = open.pop()) {
    for (const { task } of needsOf(at)) {
      if (task === handler.id) return true;
      const next = context.byId.get(task);
      if (!next || seen.has(task) || next.phase !== handler.phase) continue;
      seen.add(task);
      open.push(next);
    }
  }
  return false;
}

export function explainPhase({ site }: SiteReference, handler: TaskEntry): Explanation {
  if (site.task?.phase === handler.phase) {
    const message = `\`${site.task?.id}\` reads of \`${handler.id}\` without waiting for it.`;
    return {
      message,
      hint: `Add \`needs: ${handler.id}\`: references between handlers add no dependencies.`,
    };
  }
  const message = `\`${handler.id}\` is a handler under \`${handler.path[0]}\`, of which nothing can be read here.`;
  return { message, hint: `Only handlers under \`${handler.path[0]}\` can read of it.` };
}
