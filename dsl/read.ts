/**
 * Documents → workflows as authors wrote them, checked noun by noun. A part with a mistake is reported and left out, so
 * that all checks that follow still see the rest.
 */
import type { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import { toData } from './data.ts';
import { describeValue } from './describe-value.ts';
import { MAX_NODES } from './limits.ts';
import { isEmpty, parseDocuments } from './parse.ts';
import type { Path } from './position.ts';
import type { Report } from './report.ts';
import { type TaskSource, task } from './schema/task.ts';
import { header, type WorkflowSource } from './schema/workflow.ts';
import { reportIssues } from './schema-issue/index.ts';
import { SourceDocument } from './source-document.ts';

export interface ReadWorkflow {
  readonly document: SourceDocument;
  /** What is valid by itself. */
  readonly source: WorkflowSource;
}

export function readDocuments(report: Report): ReadWorkflow[] {
  const budget = { left: MAX_NODES };
  return parseDocuments(report).flatMap((yaml) => {
    // An empty document between two `---` is no workflow and no mistake.
    if (isEmpty(yaml)) return [];
    const data = toData(report, yaml, budget);
    if (data === undefined) return [];
    const document = new SourceDocument(report, yaml, isJsonObject(data) ? data : Object.create(null));
    if (!isJsonObject(data)) {
      const message = `A workflow is a map of keys such as \`tasks\`, but this is ${describeValue(data)}.`;
      document.error({ code: 'wrong_type', path: [], message });
      return [];
    }
    const source = readWorkflow(document);
    return source ? [{ document, source }] : [];
  });
}

function readWorkflow(document: SourceDocument): WorkflowSource | undefined {
  const { tasks, ...rest } = document.data;
  const head = check(header, document, [], rest);
  const bodies = readTasks(document, tasks);
  return head && bodies && { ...head, tasks: bodies };
}

function readTasks(document: SourceDocument, tasks: Json | undefined): Map<string, TaskSource> | undefined {
  if (!isJsonObject(tasks)) {
    const isAbsent = tasks === undefined || tasks === null;
    const message = isAbsent
      ? 'The workflow has no `tasks`.'
      : `\`tasks\` must be a map of task names to tasks, but this is ${describeValue(tasks)}.`;
    const hint = Array.isArray(tasks)
      ? 'Write each task as `name:` with its keys indented below.'
      : undefined;
    document.error({ code: isAbsent ? 'no_tasks' : 'wrong_type', path: ['tasks'], message, hint });
    return undefined;
  }
  const bodies = new Map<string, TaskSource>();
  for (const [id, body] of Object.entries(tasks)) bodies.set(id, readTask(document, id, body));
  if (bodies.size === 0)
    document.error({
      code: 'no_tasks',
      path: ['tasks'],
      message: 'The workflow has no tasks.',
      hint: 'Give it at least one.',
    });
  return bodies;
}

function readTask(document: SourceDocument, id: string, body: Json): TaskSource {
  if (isJsonObject(body)) return check(task, document, ['tasks', id], body) ?? {};
  if (body !== null) {
    const hint = typeof body === 'string' ? 'Write the command under `run:`.' : undefined;
    const message = `A task is a map of keys such as \`run\`, but this is ${describeValue(body)}.`;
    document.error({ code: 'wrong_type', path: ['tasks', id], message, hint });
  }
  return {};
}

/** Maps of which only the entry with a mistake is left out. */
const MAPS = new Set(['inputs', 'outputs', 'env', 'artifacts', 'files', 'labels', 'defaults', 'with']);

function check<T>(
  schema: z.ZodType<T>,
  document: SourceDocument,
  path: Path,
  data: JsonObject,
): T | undefined {
  const first = schema.safeParse(data);
  if (first.success) return first.data;
  const wrong = reportIssues({ document, path, data }, first.error.issues);
  const second = schema.safeParse(without(data, wrong));
  return second.success ? second.data : schema.safeParse(Object.create(null)).data;
}

function without(data: JsonObject, paths: readonly Path[]): JsonObject {
  const rest: { [key: string]: Json } = Object.assign(Object.create(null), data);
  for (const [key, entry] of paths) {
    if (typeof key !== 'string') continue;
    const map = rest[key];
    if (!MAPS.has(key) || typeof entry !== 'string' || !isJsonObject(map)) delete rest[key];
    else rest[key] = Object.assign(Object.create(null), without(map, [[entry]]));
  }
  return rest;
}
