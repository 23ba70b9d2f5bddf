/** What the expressions of one node can see. Lazy: touching one task converts nothing of the others. */

import type { TaskError } from './errors.ts';
import { EvaluationError, type Lookup, type Scope, type ScopeValue } from './expression/index.ts';
import { failedTasks } from './failed-tasks.ts';
import { isJsonObject, type Json } from './json.ts';
import { neededFor, OutputsNeeded, outputNames, outputOf, outputsLookup } from './large-outputs.ts';
import type { NodeRecord } from './node-record.ts';
import { isEnded } from './node-state.ts';
import type { FanOut } from './plan.ts';
import type { RunState } from './run-state.ts';

/** Item of a fan-out node, or of a fan-out's condition per node. */
export interface ItemScope {
  readonly index: number;
  readonly item: Json;
  readonly kind: FanOut['kind'];
  /** Number of nodes. */
  readonly total: number;
}

/** Scope of a node or, without `item`, of a whole task or run. `extra` adds contexts such as `error` and `self`. */
export function runScope(
  run: RunState,
  now: number,
  item?: ItemScope,
  extra?: ReadonlyMap<string, ScopeValue>,
): Scope {
  const get = (name: string): ScopeValue | undefined => {
    const own = extra?.get(name);
    if (own !== undefined) return own;
    switch (name) {
      case 'inputs':
        return ownLookup(run.header.inputs);
      case 'tasks':
        return tasksLookup(run);
      case 'item':
        return item?.kind === 'foreach' ? item.item : undefined;
      case 'index':
        return item?.index;
      case 'matrix':
        return item?.kind === 'matrix' ? item.item : undefined;
      case 'broadcast':
        return item?.kind === 'broadcast' ? broadcastOf(item) : undefined;
      case 'run':
        return runLookup(run);
      case 'trigger':
        return run.header.trigger;
      default:
        return undefined;
    }
  };
  return {
    now,
    get,
    keys: () => ['inputs', 'tasks', 'item', 'index', 'matrix', 'broadcast', 'run', 'trigger'],
  };
}

/** Which of the workers it is for. */
function broadcastOf({ index, total, item }: ItemScope): Json {
  return { index, total, worker: isJsonObject(item) ? (item['name'] ?? null) : null };
}

/** Reads own members only, whatever their names. */
function ownLookup(values: { readonly [name: string]: Json }): Lookup {
  return {
    get: (key) => (Object.hasOwn(values, key) ? values[key] : undefined),
    keys: () => Object.keys(values),
  };
}

function runLookup(run: RunState): Lookup {
  const { header } = run;
  const iso = (at: number) => new Date(at).toISOString();
  const at = logicalTime(run);
  const error = header.result?.error ?? header.error;
  const values = new Map<string, Json>([
    ['id', header.id],
    ['workflow', header.workflow],
    ['namespace', header.namespace],
    ['version', header.plan],
    ['logical_time', at],
    ['interval', header.trigger['interval'] ?? { start: at, end: at }],
    ['started_at', iso(header.startedAt ?? header.createdAt)],
    ['attempt', (header.retries ?? 0) + 1],
    // At its end the coming result, for handlers.
    ['status', header.result?.status ?? header.status],
    ['error', error ? { code: error.code, message: error.message, task: error.task ?? null } : null],
    // Set by an installation with a dashboard.
    ['url', null],
  ]);
  return {
    get: (name) => (name === 'failed_tasks' ? failedIds(run) : values.get(name)),
    keys: () => [...values.keys(), 'failed_tasks'],
  };
}

/** Ids of the tasks that fail the run, in the order of the file. */
function failedIds(run: RunState): string[] {
  return failedTasks(run).map((index) => run.plan.tasks[index]?.id ?? '');
}

/** The tick of a schedule, or a manual run's start. RFC 3339. */
export function logicalTime(run: RunState): string {
  const given = run.header.trigger['logical_time'];
  return typeof given === 'string' ? given : new Date(run.header.createdAt).toISOString();
}

const taskNumbers = new WeakMap<object, ReadonlyMap<string, number>>();

function tasksLookup(run: RunState): Lookup {
  let numbers = taskNumbers.get(run.plan);
  if (!numbers) {
    numbers = new Map(run.plan.tasks.map((task, i) => [task.id, i]));
    taskNumbers.set(run.plan, numbers);
  }
  const found = numbers;
  return {
    get: (id) => {
      const index = found.get(id);
      return index === undefined ? undefined : taskLookup(run, index);
    },
    keys: () => found.keys(),
  };
}

function taskLookup(run: RunState, index: number): Lookup {
  const record = run.nodes[index];
  const output = run.outputs.get(index);
  const get = (name: string): ScopeValue | undefined => {
    if (!record) return undefined;
    switch (name) {
      case 'status':
        return record.state;
      case 'error':
        return record.state === 'failed' ? errorValue(output?.e) : null;
      case 'attempts':
        return record.attempt;
      case 'duration':
        return secondsOf(record);
      case 'outputs':
      case 'artifacts':
        return resultLookup(run, index, name);
      default:
        return undefined;
    }
  };
  return { get, keys: () => ['outputs', 'artifacts', 'status', 'error', 'attempts', 'duration'] };
}

function errorValue(error: TaskError | undefined): Json {
  if (!error) return null;
  const { code, message, exit_code = null, status = null, retry_after = null } = error;
  return { code, message, exit_code, status, retry_after };
}

/** Scope entries for `retry.on`: the error of the attempt that just failed. */
export function errorScope(
  error: TaskError,
  attempt: number,
  iteration: number,
): ReadonlyMap<string, ScopeValue> {
  return new Map<string, ScopeValue>([
    ['error', errorValue(error)],
    ['self', { error: errorValue(error), status: 'failed', attempt, iteration }],
  ]);
}

function resultLookup(run: RunState, index: number, part: 'outputs' | 'artifacts'): Lookup {
  const record = run.nodes[index];
  const task = run.plan.tasks[index];
  if (!record || !task || record.state !== 'succeeded') {
    const state = record && isEnded(record.state) ? `is ${record.state}` : 'has not ended';
    throw new EvaluationError(
      'unresolved_reference',
      `tasks.${task?.id}.${part} is not there: ${task?.id} ${state}`,
    );
  }
  const fan = run.tasks[index]?.fan;
  const key = part === 'outputs' ? 'o' : 'a';
  if (!fan) return part === 'outputs' ? nodeOutputs(run, index) : ownLookup(run.outputs.get(index)?.a ?? {});
  return {
    get: (name) => {
      const memo = run.joined.get(index)?.get(`${key}.${name}`);
      if (memo) return memo;
      if (part === 'outputs') needAtOnce(run, fan.nodes, name);
      const list = fan.nodes.map((node) => ownResult(run, node, part, name));
      const isDeclared = task.outputs !== undefined && Object.hasOwn(task.outputs, name) && key === 'o';
      // Where no node succeeded, nobody can tell which outputs there would have been.
      const isKnown = fan.nodes.some((node) => run.nodes[node]?.state === 'succeeded');
      const isAbsent = isKnown && list.every((value) => value === undefined);
      if (isAbsent && !isDeclared) return undefined;
      const joined = list.map((value) => value ?? null);
      remember(run, index, `${key}.${name}`, joined);
      return joined;
    },
    keys: () => new Set(fan.nodes.flatMap((node) => resultNames(run, node, part))),
  };
}

/** The outputs of one node; large ones are loaded when they are read. */
export function nodeOutputs(run: RunState, node: number): Lookup {
  return outputsLookup(run.outputs.get(node) ?? {}, run.large);
}

/** All large ones that a list takes are asked for together. */
function needAtOnce(run: RunState, nodes: readonly number[], name: string): void {
  const needed = nodes.flatMap((node) => neededFor(run.outputs.get(node) ?? {}, name, run.large) ?? []);
  if (needed.length > 0) throw new OutputsNeeded(needed);
}

function ownResult(
  run: RunState,
  node: number,
  part: 'outputs' | 'artifacts',
  name: string,
): Json | undefined {
  const left = run.outputs.get(node);
  if (part === 'artifacts') return ownValue(left?.a, name);
  return left && outputOf(left, name, run.large);
}

function resultNames(run: RunState, node: number, part: 'outputs' | 'artifacts'): readonly string[] {
  const left = run.outputs.get(node) ?? {};
  return part === 'artifacts' ? Object.keys(left.a ?? {}) : outputNames(left, run.large);
}

/** A list of ten thousand items is built once, not once for each of ten thousand nodes that read it. */
function remember(run: RunState, task: number, name: string, list: readonly Json[]): void {
  const lists = run.joined.get(task) ?? new Map<string, readonly Json[]>();
  lists.set(name, list);
  run.joined.set(task, lists);
}

function ownValue(values: { readonly [name: string]: Json } | undefined, name: string): Json | undefined {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** How long it worked; null before it has ended, and of what never began: skipped, marked, taken over. */
function secondsOf({ queuedAt, startedAt, endedAt }: NodeRecord): number | null {
  const beganAt = startedAt || queuedAt;
  return beganAt > 0 && endedAt > 0 ? Math.max(0, endedAt - beganAt) / 1_000 : null;
}
