/**
 * The places of a workflow where expressions stand, and which contexts each kind of place knows. One kind is one row.
 */
import { isJsonObject, type Json } from '../engine/core/json.ts';
import { WORKER_CONDITIONS } from './executor-facts.ts';
import type { Path } from './position.ts';
import type { TaskEntry, WorkflowContext } from './workflow-context.ts';

interface PlaceRow {
  readonly contexts: readonly string[];
  /** Whether `item`, `index` and `matrix` are known, if the task is a fan-out. */
  readonly perNode?: true;
}

export const PLACES = {
  if: { contexts: ['inputs', 'tasks', 'run', 'trigger'], perNode: true },
  foreach: { contexts: ['inputs', 'tasks', 'run', 'trigger'] },
  matrix: { contexts: ['inputs', 'tasks', 'run', 'trigger'] },
  with: { contexts: ['inputs', 'tasks', 'run', 'trigger', 'env'], perNode: true },
  run: { contexts: ['inputs', 'tasks', 'run', 'trigger', 'env'], perNode: true },
  env: { contexts: ['inputs', 'tasks', 'run', 'trigger'], perNode: true },
  cwd: { contexts: ['inputs', 'tasks', 'run', 'trigger', 'env'], perNode: true },
  artifacts: { contexts: ['inputs', 'tasks', 'run', 'trigger', 'env'], perNode: true },
  files: { contexts: ['inputs', 'tasks', 'run', 'trigger', 'env'], perNode: true },
  'retry.on': { contexts: ['error', 'self', 'inputs', 'tasks', 'run', 'trigger'], perNode: true },
  success: { contexts: ['status', 'headers', 'body'] },
  'the `env` of the workflow': { contexts: ['inputs', 'run', 'trigger'] },
  '`defaults`': { contexts: ['inputs', 'run', 'trigger'] },
  'the `outputs` of the workflow': { contexts: ['inputs', 'tasks', 'run', 'trigger'] },
} as const satisfies Record<string, PlaceRow>;

export type PlaceName = keyof typeof PLACES;

export function placeRow(place: PlaceName): PlaceRow {
  return PLACES[place];
}

/**
 * One text with expressions, or one that looks as if its braces were forgotten. A condition is an expression as a whole,
 * braces optional.
 */
export interface ExpressionSite {
  readonly place: PlaceName;
  readonly path: Path;
  readonly text: string;
  readonly isCondition: boolean;
  readonly task?: TaskEntry;
}

/** The sites of one task, its own values only. */
export function taskSites(task: TaskEntry): ExpressionSite[] {
  const { source, path } = task;
  const sites: ExpressionSite[] = [];
  const collect = (place: PlaceName, key: keyof typeof source, value: unknown) =>
    walk(value as Json, { place, path: [...path, key], task }, sites);
  if (typeof source.if === 'string')
    sites.push({ place: 'if', path: [...path, 'if'], text: source.if, isCondition: true, task });
  if (Array.isArray(source.run)) collect('run', 'run', source.run);
  if (source.with !== undefined) sites.push(...optionSites(task));
  if (source.foreach !== undefined) collect('foreach', 'foreach', source.foreach);
  if (source.matrix !== undefined) collect('matrix', 'matrix', source.matrix);
  if (source.env !== undefined) collect('env', 'env', source.env);
  if (source.cwd !== undefined) collect('cwd', 'cwd', source.cwd);
  if (source.artifacts !== undefined) collect('artifacts', 'artifacts', source.artifacts);
  if (source.files !== undefined) collect('files', 'files', source.files);
  sites.push(...retrySites(source.retry, [...path, 'retry'], task));
  return sites;
}

/** The sites that belong to no task. */
export function workflowSites({ source }: WorkflowContext): ExpressionSite[] {
  const sites: ExpressionSite[] = [];
  const { env, defaults, outputs } = source;
  if (env) walk(env, { place: 'the `env` of the workflow', path: ['env'] }, sites);
  if (defaults?.env) walk(defaults.env, { place: '`defaults`', path: ['defaults', 'env'] }, sites);
  if (defaults?.cwd) walk(defaults.cwd, { place: '`defaults`', path: ['defaults', 'cwd'] }, sites);
  if (outputs) walk(outputs, { place: 'the `outputs` of the workflow', path: ['outputs'] }, sites);
  sites.push(...retrySites(defaults?.retry, ['defaults', 'retry']));
  return sites;
}

function retrySites(retry: unknown, path: Path, task?: TaskEntry): ExpressionSite[] {
  const on = isJsonObject(retry) ? retry['on'] : undefined;
  if (typeof on !== 'string') return [];
  return [
    { place: 'retry.on', path: [...path, 'on'], text: on, isCondition: true, ...(task ? { task } : {}) },
  ];
}

/** Options: conditions by the executor's paths, everything else as templates. A script is checked elsewhere. */
function optionSites(task: TaskEntry): ExpressionSite[] {
  const sites: ExpressionSite[] = [];
  const options = task.source.with ?? {};
  const workerConditions = WORKER_CONDITIONS.get(task.uses ?? '') ?? [];
  for (const [option, value] of Object.entries(options)) {
    const path = [...task.path, 'with', option];
    if (task.uses === 'shell' && option === 'script') continue;
    if (workerConditions.includes(option)) {
      if (typeof value === 'string')
        sites.push({ place: 'success', path, text: value, isCondition: true, task });
    } else walk(value, { place: 'with', path, task }, sites, conditionTest(task));
  }
  return sites;
}

type ConditionTest = (path: Path) => boolean;

function conditionTest(task: TaskEntry): ConditionTest | undefined {
  const patterns = task.executor?.conditions ?? [];
  if (patterns.length === 0) return undefined;
  return (path) => patterns.includes(optionPattern(path.slice(task.path.length + 1)));
}

/** `['cases', 0, 'if']` is `cases[].if`. */
export function optionPattern(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? '[]' : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

const STEP = String.raw`(?:\.[A-Za-z_][\w-]*|\.\*|\[(?:\d+|'[^']*')\])`;
/** What looks like a reference as a whole; `check/missing-braces.ts` judges which of them are. */
const BARE_REFERENCE = new RegExp(
  String.raw`^(?:item${STEP}*|(?:inputs|matrix)${STEP}+|tasks\.[A-Za-z_][\w-]*\.(?:outputs|artifacts|status|error|attempts|duration)${STEP}*|run\.(?:id|workflow|namespace|version|logical_time|started_at|attempt|status))$`,
);

type SiteBase = Pick<ExpressionSite, 'place' | 'path' | 'task'>;

function walk(value: Json, base: SiteBase, sites: ExpressionSite[], isCondition?: ConditionTest): void {
  if (typeof value === 'string') {
    const condition = isCondition?.(base.path) ?? false;
    if (condition || value.includes('${{') || BARE_REFERENCE.test(value))
      sites.push({ ...base, text: value, isCondition: condition });
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      walk(item, { ...base, path: [...base.path, i] }, sites, isCondition);
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value))
      walk(item, { ...base, path: [...base.path, key] }, sites, isCondition);
  }
}
