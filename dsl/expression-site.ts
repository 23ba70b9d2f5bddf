/**
 * The places of a workflow where expressions stand, and which contexts each kind of place knows. One kind is one row.
 */
import { isJsonObject, type Json } from '../engine/core/json.ts';
import { WORKER_CONDITIONS } from './executor-facts.ts';
import type { Path } from './position.ts';
import type { TriggerSource } from './schema/trigger.ts';
import type { TaskEntry, WorkflowContext } from './workflow-context.ts';

interface PlaceRow {
  readonly contexts: readonly string[];
  /** Whether `item`, `index`, `matrix` and `broadcast` are known, if the task is a fan-out. */
  readonly perNode?: true;
  /** Whether `secrets` may be passed on. */
  readonly secrets?: true;
}

const RUN = ['inputs', 'tasks', 'run', 'trigger'] as const;

export const PLACES = {
  if: { contexts: RUN, perNode: true },
  foreach: { contexts: RUN },
  matrix: { contexts: RUN },
  with: { contexts: [...RUN, 'env'], perNode: true, secrets: true },
  run: { contexts: [...RUN, 'env'], perNode: true },
  inputs: { contexts: [...RUN, 'env'], perNode: true },
  env: { contexts: RUN, perNode: true, secrets: true },
  cwd: { contexts: [...RUN, 'env'], perNode: true },
  artifacts: { contexts: [...RUN, 'env'], perNode: true },
  files: { contexts: [...RUN, 'env'], perNode: true },
  concurrency: { contexts: RUN, perNode: true },
  rate_limit: { contexts: RUN, perNode: true },
  cache: { contexts: [...RUN, 'env'], perNode: true },
  'repeat.until': { contexts: ['self', ...RUN], perNode: true },
  'retry.on': { contexts: ['error', 'self', ...RUN], perNode: true },
  notify: { contexts: ['self', ...RUN], perNode: true },
  success: { contexts: ['status', 'headers', 'body'] },
  'the `env` of the workflow': { contexts: ['inputs', 'run', 'trigger'], secrets: true },
  '`defaults`': { contexts: ['inputs', 'run', 'trigger'], secrets: true },
  'the `outputs` of the workflow': { contexts: RUN },
  'the `notify` of the workflow': { contexts: RUN },
  'the `concurrency` of the workflow': { contexts: ['inputs', 'run', 'trigger'] },
  fairness: { contexts: ['inputs', 'run', 'trigger'] },
  callback: { contexts: ['inputs', 'run', 'trigger'] },
  'the `inputs` of a trigger': { contexts: ['run', 'trigger'] },
  'the `id` of a webhook': { contexts: ['trigger'] },
} as const satisfies Record<string, PlaceRow>;

export type PlaceName = keyof typeof PLACES;

export function placeRow(place: PlaceName): PlaceRow {
  return PLACES[place];
}

/** The contexts that are known at a site in any task. A compensation knows the node that it undoes as `self`. */
export function contextsAt({ place, task }: ExpressionSite): readonly string[] {
  const { contexts } = placeRow(place);
  return task?.undoes && place !== 'retry.on' && place !== 'success' ? [...contexts, 'self'] : contexts;
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
  if (source.inputs !== undefined) collect('inputs', 'inputs', source.inputs);
  if (source.concurrency !== undefined) collect('concurrency', 'concurrency', source.concurrency);
  if (source.rate_limit !== undefined) collect('rate_limit', 'rate_limit', source.rate_limit);
  if (source.cache !== undefined) collect('cache', 'cache', { key: source.cache.key });
  if (source.notify !== undefined) collect('notify', 'notify', source.notify);
  const until = source.repeat?.until;
  if (typeof until === 'string')
    sites.push({
      place: 'repeat.until',
      path: [...path, 'repeat', 'until'],
      text: until,
      isCondition: true,
      task,
    });
  sites.push(...retrySites(source.retry, [...path, 'retry'], task));
  return sites;
}

/** The sites that belong to no task. */
export function workflowSites({ source }: WorkflowContext): ExpressionSite[] {
  const sites: ExpressionSite[] = [];
  const { env, defaults, outputs, notify, concurrency, fairness, callback } = source;
  const collect = (place: PlaceName, path: Path, value: unknown) => {
    if (value !== undefined) walk(value as Json, { place, path }, sites);
  };
  collect('the `env` of the workflow', ['env'], env);
  collect('`defaults`', ['defaults', 'env'], defaults?.env);
  collect('`defaults`', ['defaults', 'cwd'], defaults?.cwd);
  collect('the `outputs` of the workflow', ['outputs'], outputs);
  collect('the `notify` of the workflow', ['notify'], notify);
  collect('the `concurrency` of the workflow', ['concurrency', 'key'], concurrency?.key);
  collect('fairness', ['fairness'], fairness);
  collect('callback', ['callback', 'url'], callback?.url);
  sites.push(...retrySites(defaults?.retry, ['defaults', 'retry']));
  for (const [i, trigger] of (source.triggers ?? []).entries())
    sites.push(...triggerSites(trigger, ['triggers', i]));
  return sites;
}

function triggerSites(trigger: TriggerSource, path: Path): ExpressionSite[] {
  const sites: ExpressionSite[] = [];
  const { inputs, after, webhook, kafka } = trigger;
  const holders = { after, webhook, kafka };
  const place = 'the `inputs` of a trigger';
  if (inputs) walk(inputs, { place, path: [...path, 'inputs'] }, sites);
  for (const [key, holder] of Object.entries(holders)) {
    if (holder?.inputs) walk(holder.inputs, { place, path: [...path, key, 'inputs'] }, sites);
  }
  const id = webhook?.id;
  if (id !== undefined)
    sites.push({
      place: 'the `id` of a webhook',
      path: [...path, 'webhook', 'id'],
      text: id,
      isCondition: true,
    });
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
