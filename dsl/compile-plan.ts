/** A checked workflow → its plan. */
import { isMap, isScalar } from 'yaml';
import {
  type Plan,
  type PlanEdge,
  type PlanRetention,
  type PlanTask,
  sealPlan,
} from '../engine/core/plan.ts';
import { compensationEdges } from './compensation.ts';
import { compileNotify } from './compile-notify.ts';
import { compileTask, DEFAULT_PRIORITY, mapValues, milliseconds, present } from './compile-task.ts';
import { compileTrigger } from './compile-trigger.ts';
import type { Dependency } from './dependency.ts';
import { spanOf } from './position.ts';
import type { RetentionSource } from './schema/retention.ts';
import { toValueSpec } from './schema/value-spec.ts';
import type { WorkflowSource } from './schema/workflow.ts';
import { secretName } from './secret-name.ts';
import type { WorkflowContext } from './workflow-context.ts';

interface PlanName {
  readonly namespace: string;
  readonly name: string;
}

/** The plan of a workflow without errors. */
export function compilePlan(
  context: WorkflowContext,
  { namespace, name }: PlanName,
  dependencies: readonly (readonly Dependency[])[],
): Plan {
  const { source } = context;
  return sealPlan({
    format: 1,
    name,
    namespace,
    ...present('description', source.description),
    labels: mapValues(source.labels ?? {}, String),
    inputs: mapValues(source.inputs ?? {}, toValueSpec),
    priority: source.priority ?? DEFAULT_PRIORITY,
    ...present('maxParallel', source.max_parallel),
    ...present('timeoutMs', milliseconds(source.timeout)),
    ...present('deadlineMs', milliseconds(source.deadline)),
    ...compileAround(source, { namespace, name }),
    tasks: compileTasks(context, dependencies),
    outputs: source.outputs ?? {},
  });
}

/** What starts runs, bounds them, and tells of them. */
function compileAround(source: WorkflowSource, name: PlanName): Partial<Plan> {
  const { concurrency, callback, retention } = source;
  return {
    ...present('secrets', source.secrets?.length ? source.secrets : undefined),
    ...present(
      'triggers',
      source.triggers?.map((trigger) => compileTrigger(trigger, name)),
    ),
    ...present('fairness', source.fairness),
    ...present(
      'concurrency',
      concurrency && {
        key: concurrency.key,
        limit: concurrency.limit,
        onLimit: concurrency.on_limit ?? 'queue',
      },
    ),
    ...present('notify', compileNotify(source.notify)),
    ...present(
      'callback',
      callback && { url: callback.url, ...present('secret', secretName(callback.secret)) },
    ),
    ...present('retention', retention === undefined ? undefined : compileRetention(retention)),
  };
}

function compileTasks(
  context: WorkflowContext,
  dependencies: readonly (readonly Dependency[])[],
): PlanTask[] {
  const { path } = context.document.report.file;
  const fileName = path.split(/[/\\]/).at(-1) ?? path;
  const lines = taskLines(context);
  const undoing = compensationEdges(context, dependencies) ?? new Map<number, PlanEdge[]>();
  return context.tasks.map((task, i) => {
    const line = lines.get(task.path.slice(0, 2).join('\n')) ?? 1;
    // Only the file's name: a version must not depend on the folder in which somebody stood.
    const at = `${fileName}:${line}`;
    const edges = undoing.get(i) ?? (dependencies[i] ?? []).map(({ edge }) => edge);
    return compileTask(context, task, { edges, at });
  });
}

/** The line of each task's name, by its map and id. */
function taskLines({ document }: WorkflowContext): Map<string, number> {
  const lines = new Map<string, number>();
  const root = document.yaml.contents;
  if (!isMap(root)) return lines;
  for (const map of ['tasks', 'on_success', 'on_failure', 'on_finish']) {
    const bodies = root.get(map);
    for (const { key } of isMap(bodies) ? bodies.items : []) {
      if (!isScalar(key)) continue;
      lines.set(`${map}\n${String(key.value)}`, document.report.positionOf(spanOf(key).offset).line);
    }
  }
  return lines;
}

function compileRetention(source: RetentionSource): PlanRetention {
  const { age, count } = typeof source === 'string' ? { age: source, count: undefined } : source;
  const ages = typeof age === 'string' ? { succeeded: age, failed: age, cancelled: age } : (age ?? {});
  const ageMs = {
    ...present('succeeded', milliseconds(ages.succeeded)),
    ...present('failed', milliseconds(ages.failed)),
    ...present('cancelled', milliseconds(ages.cancelled)),
  };
  return {
    ...present('ageMs', Object.keys(ageMs).length > 0 ? ageMs : undefined),
    ...present('count', count),
  };
}
