/**
 * What a task's templates read, told from the plan alone. A node can travel in a chain only if whoever prepares its ticket
 * later, elsewhere, finds the same values: inputs, the trigger, what is fixed of the run, and outputs of tasks.
 */
import { type Reference, templateReferences } from '../expression/index.ts';
import type { Json, Template } from '../json.ts';
import type { PlanTask } from '../plan.ts';

export interface Reads {
  /** Ids of tasks whose outputs or artifacts are read. */
  readonly tasks: ReadonlySet<string>;
  readonly inputs: boolean;
}

/** Parts of `run` that are the same from the start to the end of the run. */
const FIXED_OF_RUN: ReadonlySet<string> = new Set([
  'id',
  'workflow',
  'namespace',
  'version',
  'logical_time',
  'interval',
  'started_at',
  'attempt',
  'url',
]);
const FIXED_CONTEXTS: ReadonlySet<string> = new Set(['inputs', 'trigger', 'env', 'secrets']);
/** `now()` is the time at which the owner queues the node, which is not known before. */
const READS_THE_TIME = /\bnow\s*\(/i;

const known = new WeakMap<PlanTask, Reads | 'changing'>();

/** Undefined when the task reads what may change while the chain travels, or cannot be told apart. */
export function readsOf(task: PlanTask): Reads | undefined {
  const found = known.get(task) ?? findReads(task) ?? 'changing';
  known.set(task, found);
  return found === 'changing' ? undefined : found;
}

function findReads({ action, env, cwd, artifacts, files, cache }: PlanTask): Reads | undefined {
  const templates: Template = [action.with, env, cwd ?? null, artifacts, files, cache?.key ?? null];
  if (READS_THE_TIME.test(JSON.stringify(templates))) return undefined;
  const references = templateReferences(templates as Json);
  if (!references.every(isFixed)) return undefined;
  const tasks = references.flatMap(({ path }) => (path[0] === 'tasks' ? [path[1] ?? ''] : []));
  return { tasks: new Set(tasks), inputs: references.some(({ path }) => path[0] === 'inputs') };
}

function isFixed({ path }: Reference): boolean {
  const [context = '', member = '*', part = ''] = path;
  if (context === 'tasks') return member !== '*' && (part === 'outputs' || part === 'artifacts');
  if (context === 'run') return FIXED_OF_RUN.has(member);
  return FIXED_CONTEXTS.has(context);
}
