/** Everything that the checks and the compiler ask about one workflow, looked up once. */
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import type { ExecutorFacts } from './executor-facts.ts';
import type { Path } from './position.ts';
import type { TaskSource } from './schema/task.ts';
import type { WorkflowSource } from './schema/workflow.ts';
import type { SourceDocument } from './source-document.ts';

export interface TaskEntry {
  readonly id: string;
  readonly index: number;
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
  readonly tasks: readonly TaskEntry[];
  readonly byId: ReadonlyMap<string, TaskEntry>;
  readonly executors: ReadonlyMap<string, ExecutorFacts>;
  readonly fileExists: ((relativePath: string) => boolean) | undefined;
}

export interface Surroundings {
  readonly executors: ReadonlyMap<string, ExecutorFacts>;
  readonly fileExists: ((relativePath: string) => boolean) | undefined;
}

export function workflowContext(
  document: SourceDocument,
  source: WorkflowSource,
  around: Surroundings,
): WorkflowContext {
  const bodies = document.data['tasks'];
  const tasks = [...source.tasks].map(([id, task], index): TaskEntry => {
    const body = isJsonObject(bodies) ? (bodies[id] ?? null) : null;
    const raw = asObject(body);
    const isMap = body === null || isJsonObject(body);
    const uses = usesOf(raw, task);
    const executor = uses === undefined ? undefined : around.executors.get(uses);
    return { id, index, path: ['tasks', id], raw, isMap, source: task, uses, executor };
  });
  return { document, source, tasks, byId: new Map(tasks.map((task) => [task.id, task])), ...around };
}

function usesOf(raw: JsonObject, task: TaskSource): string | undefined {
  if (task.uses !== undefined) return task.uses;
  return Object.hasOwn(raw, 'run') ? 'shell' : undefined;
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
