/**
 * Documents → workflows as authors wrote them, checked noun by noun. A part with a mistake is reported and left out, so
 * that all checks that follow still see the rest.
 */
import type { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../engine/core/json.ts';
import { toData } from './data.ts';
import { describeValue } from './describe-value.ts';
import { MAX_NODES } from './limits.ts';
import { isEmpty, parseDocuments, type YamlDocument } from './parse.ts';
import type { Path } from './position.ts';
import type { Report } from './report.ts';
import { type TaskSource, task } from './schema/task.ts';
import { HANDLER_MAPS, header, type TaskMap, type WorkflowSource } from './schema/workflow.ts';
import { reportIssues } from './schema-issue/index.ts';
import { SourceDocument } from './source-document.ts';
import { expandTemplates } from './template.ts';

export interface ReadWorkflow {
  readonly document: SourceDocument;
  /** What is valid by itself. */
  readonly source: WorkflowSource;
}

export interface ReadOptions {
  /** Whether tasks are merged with the templates that they extend. Default: true. */
  readonly expand?: boolean;
}

export function readDocuments(report: Report, { expand = true }: ReadOptions = {}): ReadWorkflow[] {
  const budget = { left: MAX_NODES };
  return parseDocuments(report).flatMap((yaml) => {
    // An empty document between two `---` is no workflow and no mistake.
    if (isEmpty(yaml)) return [];
    const data = toData(report, yaml, budget);
    if (data === undefined) return [];
    if (!isJsonObject(data)) {
      const message = `A workflow is a map of keys such as \`tasks\`, but this is ${describeValue(data)}.`;
      new SourceDocument(report, yaml, Object.create(null)).error({ code: 'wrong_type', path: [], message });
      return [];
    }
    const document = expand ? expandDocument(report, yaml, data) : new SourceDocument(report, yaml, data);
    const source = readWorkflow(document);
    return source ? [{ document, source }] : [];
  });
}

function expandDocument(report: Report, yaml: YamlDocument, written: JsonObject): SourceDocument {
  const { data, origin, problems, unused } = expandTemplates(written);
  const document = new SourceDocument(report, yaml, data, origin);
  for (const problem of problems) document.error(problem);
  for (const name of unused) reportUnused(document, name);
  return document;
}

/** Templates in use are checked as parts of the tasks that extend them. */
function reportUnused(document: SourceDocument, name: string): void {
  const path = ['templates', name];
  document.warn({
    code: 'unused_template',
    path,
    onKey: true,
    message: `No task extends the template \`${name}\`.`,
    hint: `Write \`extends: ${name}\` in a task, or remove it.`,
  });
}

function readWorkflow(document: SourceDocument): WorkflowSource | undefined {
  const { tasks, on_success: _success, on_failure: _failure, on_finish: _finish, ...rest } = document.data;
  const head = check(header, document, [], rest);
  const bodies = readTasks(document, tasks);
  const handlers = HANDLER_MAPS.flatMap((map): [string, TaskMap][] => {
    const found = readHandlers(document, map);
    return found ? [[map, found]] : [];
  });
  return head && bodies && { ...head, tasks: bodies, ...Object.fromEntries(handlers) };
}

/** The handlers of one map; undefined without it. */
function readHandlers(document: SourceDocument, map: string): TaskMap | undefined {
  const bodies = document.data[map];
  if (bodies === undefined) return undefined;
  if (!isJsonObject(bodies)) {
    const message = `\`${map}\` must be a map of names to tasks, but this is ${describeValue(bodies)}.`;
    const hint = 'Write each task as `name:` with its keys indented below.';
    document.error({ code: bodies === null ? 'empty_value' : 'wrong_type', path: [map], message, hint });
    return undefined;
  }
  return new Map(Object.entries(bodies).map(([id, body]) => [id, readTask(document, [map, id], body)]));
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
  for (const [id, body] of Object.entries(tasks)) bodies.set(id, readTask(document, ['tasks', id], body));
  if (bodies.size === 0)
    document.error({
      code: 'no_tasks',
      path: ['tasks'],
      message: 'The workflow has no tasks.',
      hint: 'Give it at least one.',
    });
  return bodies;
}

function readTask(document: SourceDocument, path: Path, body: Json): TaskSource {
  if (isJsonObject(body)) return check(task, document, path, body) ?? {};
  if (body !== null) {
    const hint = typeof body === 'string' ? 'Write the command under `run:`.' : undefined;
    const message = `A task is a map of keys such as \`run\`, but this is ${describeValue(body)}.`;
    document.error({ code: 'wrong_type', path, message, hint });
  }
  return {};
}

/** Maps of which only the entry with a mistake is left out. */
const MAPS = new Set([
  'inputs',
  'outputs',
  'env',
  'artifacts',
  'files',
  'labels',
  'defaults',
  'with',
  'templates',
]);

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
