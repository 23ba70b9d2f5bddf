/** One checked task → one task of the plan. */
import { parseDuration } from '../engine/core/duration.ts';
import { bareExpression } from '../engine/core/expression/index.ts';
import { isJsonObject, type Json, type Template } from '../engine/core/json.ts';
import type {
  FailureBudget,
  FanOut,
  PlanAction,
  PlanCache,
  PlanChild,
  PlanEdge,
  PlanRateLimit,
  PlanRepeat,
  PlanTask,
} from '../engine/core/plan.ts';
import { NO_RETRY, type RetryPolicy } from '../engine/core/retry-policy.ts';
import { compileNotify } from './compile-notify.ts';
import { isAskedPerNode } from './condition.ts';
import { WORKER_CONDITIONS } from './executor-facts.ts';
import { optionPattern } from './expression-site.ts';
import type { Path } from './position.ts';
import type { MatrixSource } from './schema/fan-out.ts';
import { oneOrMany, type RateLimitSource } from './schema/limit.ts';
import type { CacheSource, RepeatSource } from './schema/repeat.ts';
import type { RetrySource } from './schema/retry.ts';
import { toValueSpec } from './schema/value-spec.ts';
import type { TaskEntry, WorkflowContext } from './workflow-context.ts';

export const DEFAULT_QUEUE = 'default';
export const DEFAULT_PRIORITY = 5;

export interface TaskPlace {
  readonly edges: readonly PlanEdge[];
  /** `file:line`. */
  readonly at: string;
}

export function compileTask(context: WorkflowContext, task: TaskEntry, place: TaskPlace): PlanTask {
  const { source } = task;
  const { defaults = {} } = context.source;
  const forWorker = task.executor?.place === 'worker' ? defaults : {};
  return {
    id: task.id,
    ...present('phase', task.phase),
    ...present('description', source.description),
    edges: place.edges,
    triggerRule: task.undoes ? 'all_done' : (source.trigger_rule ?? 'all_success'),
    ...compileCondition(source.if),
    action: compileAction(task),
    ...present('child', compileChild(task)),
    ...present('fanOut', compileFanOut(task)),
    ...present('maxParallel', source.max_parallel),
    maxFailures: compileBudget(source.max_failures),
    // One compensation that fails stops no other.
    failFast: task.undoes ? false : (source.fail_fast ?? true),
    ...present('repeat', source.repeat && compileRepeat(source.repeat)),
    retry: compileRetry(source.retry ?? forWorker.retry),
    ...present('timeoutMs', milliseconds(source.timeout ?? forWorker.timeout)),
    ...present('queueTimeoutMs', milliseconds(source.queue_timeout ?? forWorker.queue_timeout)),
    ...present('heartbeatMs', milliseconds(source.heartbeat ?? forWorker.heartbeat)),
    allowFailure: source.allow_failure ?? false,
    ...compilePlace(context, task),
    ...compileLimits(task),
    env: { ...context.source.env, ...defaults.env, ...source.env },
    ...present('outputs', source.outputs && mapValues(source.outputs, toValueSpec)),
    artifacts: source.artifacts ?? {},
    files: source.files ?? {},
    ...present('costPerHour', source.cost),
    ...present('deadlineMs', milliseconds(source.deadline)),
    ...present('notify', compileNotify(source.notify)),
    at: place.at,
  };
}

/** Where it runs, and how much of a worker it takes. A compensation runs where its task did. */
function compilePlace(
  { source: { defaults = {}, priority = DEFAULT_PRIORITY } }: WorkflowContext,
  { source, undoes }: TaskEntry,
) {
  const { queue, worker_labels, slots } = undoes?.source ?? source;
  return {
    queue: queue ?? defaults.queue ?? DEFAULT_QUEUE,
    priority: (undoes?.source ?? source).priority ?? priority,
    ...present('workerLabels', worker_labels && mapValues(worker_labels, String)),
    ...present('slots', slots),
    ...present('cwd', source.cwd ?? defaults.cwd),
    ...present('shell', (undoes?.source ?? source).shell ?? defaults.shell),
  };
}

function compileLimits({ source }: TaskEntry): Pick<PlanTask, 'concurrency' | 'rateLimit' | 'cache'> {
  const { concurrency, rate_limit, cache } = source;
  return {
    ...present('concurrency', concurrency && oneOrMany(concurrency)),
    ...present('rateLimit', rate_limit && compileRateLimits(rate_limit)),
    ...present('cache', cache && compileCache(cache)),
  };
}

function compileRateLimits(source: RateLimitSource): PlanRateLimit[] {
  return oneOrMany<Exclude<RateLimitSource, readonly unknown[]>>(source).map(
    ({ key, limit, per, cost = 1 }) => ({ key, limit, perMs: milliseconds(per) ?? 0, cost }),
  );
}

function compileCache({ key, files, ttl }: CacheSource): PlanCache {
  return { key, files: oneOrMany<string>(files), ...present('ttlMs', milliseconds(ttl)) };
}

/** Pause between iterations that do not say one. */
const DEFAULT_REPEAT_DELAY_MS = 1_000;

function compileRepeat({ until, max, delay }: RepeatSource): PlanRepeat {
  return {
    ...present('until', until === undefined ? undefined : bareExpression(String(until))),
    ...present('max', max),
    delayMs: milliseconds(delay) ?? DEFAULT_REPEAT_DELAY_MS,
  };
}

function compileChild({ source, child }: TaskEntry): PlanChild | undefined {
  if (!child) return undefined;
  const { namespace, workflow, plan } = child;
  const { inputs = {}, detached = false } = source;
  return { namespace, workflow, ...present('hash', plan?.hash), inputs, detached };
}

/** `{ [key]: value }`, or nothing: absent keys are left out of plans. */
export function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

export function mapValues<A, B>(
  map: { readonly [key: string]: A },
  change: (value: A) => B,
): { [key: string]: B } {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

export function milliseconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}

function compileCondition(condition: string | boolean | undefined): Pick<PlanTask, 'if' | 'ifPerNode'> {
  if (condition === undefined) return {};
  const text = bareExpression(String(condition));
  return { if: text, ...(isAskedPerNode(text) ? { ifPerNode: true as const } : {}) };
}

function compileAction(task: TaskEntry): PlanAction {
  const { run } = task.source;
  if (typeof run === 'string') return { uses: 'shell', with: { script: run } };
  if (run !== undefined)
    return {
      uses: 'shell',
      with: { argv: run.map((part) => (typeof part === 'string' ? part : String(part))) },
    };
  const uses = task.uses ?? 'noop';
  const wrapped = wrapConditions(task.source.with ?? {}, task.executor?.conditions ?? []);
  return { uses, with: unwrapConditions(wrapped, WORKER_CONDITIONS.get(uses) ?? []) };
}

type Options = { readonly [option: string]: Template };

/** Conditions that the engine evaluates become templates, so that their values arrive at the executor. */
function wrapConditions(options: Options, patterns: readonly string[]): Options {
  if (patterns.length === 0) return options;
  return mapAt(options, [], (text, path) => {
    return patterns.includes(optionPattern(path)) ? `\${{ ${bareExpression(text)} }}` : text;
  }) as Options;
}

/** Conditions that the worker evaluates lose their braces, so that nobody resolves them before. */
function unwrapConditions(options: Options, names: readonly string[]): Options {
  if (names.length === 0) return options;
  const entries = Object.entries(options).map(([name, value]): [string, Template] => {
    return names.includes(name) && typeof value === 'string' ? [name, bareExpression(value)] : [name, value];
  });
  return Object.fromEntries(entries);
}

function mapAt(value: Template, path: Path, change: (text: string, path: Path) => string): Template {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item: Json, i) => mapAt(item, [...path, i], change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapAt(item, [...path, key], change)]),
  );
}

function compileFanOut({ source, undoes }: TaskEntry): FanOut | undefined {
  const { foreach, matrix, broadcast } = source;
  if (undoes) return { kind: 'compensation', of: undoes.index };
  if (broadcast) return { kind: 'broadcast' };
  if (foreach !== undefined) return { kind: 'foreach', items: foreach };
  return matrix === undefined ? undefined : compileMatrix(matrix);
}

function compileMatrix({ include = [], exclude = [], ...axes }: MatrixSource): FanOut {
  const list = Object.entries(axes).map(([name, values]) => ({ name, values: values as Template }));
  return { kind: 'matrix', axes: list, include: include as Template, exclude: exclude as Template };
}

function compileBudget(budget: number | string | undefined): FailureBudget {
  if (typeof budget === 'string') return { percent: Number.parseFloat(budget) };
  return { count: budget ?? 0 };
}

/** A number is the number of retries; the pauses are then those of `NO_RETRY`, which also fill what a policy leaves out. */
function compileRetry(retry: RetrySource | undefined): RetryPolicy {
  if (retry === undefined) return NO_RETRY;
  if (typeof retry === 'number') return { ...NO_RETRY, attempts: retry + 1 };
  return {
    attempts: retry.attempts,
    delayMs: milliseconds(retry.delay) ?? NO_RETRY.delayMs,
    backoff: retry.backoff ?? NO_RETRY.backoff,
    factor: retry.factor ?? NO_RETRY.factor,
    maxDelayMs: milliseconds(retry.max_delay) ?? NO_RETRY.maxDelayMs,
    jitter: retry.jitter ?? NO_RETRY.jitter,
    ...present('budgetMs', milliseconds(retry.budget)),
    ...present('on', retry.on === undefined ? undefined : bareExpression(String(retry.on))),
  };
}
