/** Everything that the checks and the compiler ask about one workflow, looked up once. */
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import type { Plan, TaskPhase } from '../engine/core/plan.ts';
import { CHILD_FACTS, type ExecutorFacts } from './executor-facts.ts';
import type { Path } from './position.ts';
import type { TaskSource } from './schema/task.ts';
import { HANDLER_MAPS, type TaskMap, type WorkflowSource } from './schema/workflow.ts';
import type { SourceDocument } from './source-document.ts';

/** The workflow that a task with `workflow` runs. */
export interface Child {
  readonly namespace: string;
  readonly workflow: string;
  /** Of a workflow that stands in this file or another; one that is only named is looked up when the run starts. */
  readonly plan?: Plan;
}

export interface TaskEntry {
  readonly id: string;
  readonly index: number;
  /** Absent: the main part. */
  readonly phase?: TaskPhase;
  /** Of a compensation: the task that it undoes. */
  readonly undoes?: TaskEntry;
  /** Of a task with `workflow`, unless its file is missing or has mistakes, which was reported. */
  readonly child?: Child;
  readonly path: Path;
  /** As written, with all mistakes. What is declared is read from here, so that one mistake does not cause others. */
  readonly raw: JsonObject;
  /** False when something else than a map stands in its place, which was reported. */
  readonly isMap: boolean;
  /** What is valid of it. */
  readonly source: TaskSource;
  /** Name of the executor; undefined when the task has no action. */
  readonly uses: string | undefined;
  readonly executor: ExecutorFacts | undefined;
}

export interface WorkflowContext {
  readonly document: SourceDocument;
  readonly source: WorkflowSource;
  /** Main tasks, then compensations, then handlers: the order of the plan. */
  readonly tasks: readonly TaskEntry[];
  /** Main tasks and handlers; compensations have no name that expressions could use. */
  readonly byId: ReadonlyMap<string, TaskEntry>;
  readonly executors: ReadonlyMap<string, ExecutorFacts>;
  readonly fileExists: ((relativePath: string) => boolean) | undefined;
}

/** Finds the workflow that a task names, and reports where that fails. */
export type FindChild = (document: SourceDocument, path: Path, named: string) => Child | undefined;

export interface Surroundings {
  readonly executors: ReadonlyMap<string, ExecutorFacts>;
  readonly fileExists: ((relativePath: string) => boolean) | undefined;
}

export function workflowContext(
  document: SourceDocument,
  source: WorkflowSource,
  around: Surroundings & { readonly findChild: FindChild },
): WorkflowContext {
  const { findChild, ...rest } = around;
  const { executors } = rest;
  const tasks: TaskEntry[] = [];
  const add = (map: string, bodies: TaskMap, phase?: TaskPhase) => {
    const raws = asObject(document.data[map]);
    for (const [id, task] of bodies) {
      const body = raws[id] ?? null;
      const raw = asObject(body);
      const isMap = body === null || isJsonObject(body);
      const path = [map, id];
      const child = task.workflow === undefined ? undefined : findChild(document, path, task.workflow);
      const place = { id, index: tasks.length, path, raw, isMap, source: task };
      tasks.push({
        ...place,
        ...actionOf(raw, task, executors),
        ...(phase === undefined ? {} : { phase }),
        ...(child === undefined ? {} : { child }),
      });
    }
  };
  add('tasks', source.tasks);
  tasks.push(...compensations(tasks, executors));
  for (const map of HANDLER_MAPS) add(map, source[map] ?? NO_TASKS, map);
  const named = tasks.filter(({ phase }) => phase !== 'compensate').reverse();
  return { document, source, tasks, byId: new Map(named.map((task) => [task.id, task])), ...rest };
}

const NO_TASKS: TaskMap = new Map();

/** `compensate` of each task as a task of its own. */
function compensations(
  tasks: readonly TaskEntry[],
  executors: ReadonlyMap<string, ExecutorFacts>,
): TaskEntry[] {
  const undoing = tasks.filter(({ source }) => source.compensate !== undefined);
  return undoing.map((task, i): TaskEntry => {
    const source: TaskSource = task.source.compensate ?? {};
    const raw = asObject(task.raw['compensate']);
    const path = [...task.path, 'compensate'];
    const place = { id: `${task.id}.compensate`, index: tasks.length + i, path, raw, isMap: true, source };
    return { ...place, ...actionOf(raw, source, executors), phase: 'compensate', undoes: task };
  });
}

function actionOf(
  raw: JsonObject,
  task: TaskSource,
  executors: ReadonlyMap<string, ExecutorFacts>,
): Pick<TaskEntry, 'uses' | 'executor'> {
  if (task.uses === undefined && has(raw, 'workflow')) return { uses: 'workflow', executor: CHILD_FACTS };
  const uses = task.uses ?? (has(raw, 'run') ? 'shell' : undefined);
  return { uses, executor: uses === undefined ? undefined : executors.get(uses) };
}

/** The value when it is a map, else an empty map. */
export function asObject(value: Json | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

/** Names that a map declares, by what was written. */
export function declaredNames(raw: JsonObject, key: string): string[] {
  return Object.hasOwn(raw, key) ? Object.keys(asObject(raw[key])) : [];
}

export function has(raw: JsonObject, key: string): boolean {
  return Object.hasOwn(raw, key);
}
