/** The keys of a workflow. `tasks` is checked task by task (`read.ts`), so that ids such as `__proto__` are not lost. */
import { z } from 'zod';
import { anyJson, description, duration, env, labels, name, names, priority } from './common.ts';
import { runConcurrency } from './limit.ts';
import { callback, runNotify } from './notify.ts';
import { retention } from './retention.ts';
import { defaultable, type TaskSource, task } from './task.ts';
import { trigger } from './trigger.ts';
import { valueSpec } from './value-spec.ts';

export const defaults = z.strictObject(defaultable);

const headerKeys = {
  name: name
    .optional()
    .describe('Name of the workflow. Default: the name of the file; needed with several documents.'),
  namespace: name.optional().describe('Namespace of the name. Default: `default`.'),
  description: description.optional().describe('What the workflow does.'),
  labels: labels.optional().describe('Labels to find runs by.'),
  inputs: z.record(name, valueSpec).optional().describe('Values that a run is started with.'),
  triggers: z.array(trigger).optional().describe('What starts runs, once the workflow is applied.'),
  env: env.optional().describe('Environment of all tasks.'),
  secrets: z.array(name).optional().describe('Names of the secrets that its tasks may use.'),
  defaults: defaults.optional().describe('Values of keys that a task does not give itself.'),
  priority: priority.optional().describe('Priority of all tasks, 0 lowest to 9. Default: 5.'),
  fairness: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Key that shares workers fairly, such as the name of a tenant.'),
  concurrency: runConcurrency.optional().describe('Runs with the same key at once.'),
  max_parallel: z.int().min(1).optional().describe('Nodes of one run started and unfinished at once.'),
  timeout: duration.optional().describe('Limit on a whole run.'),
  deadline: duration.optional().describe('A run is late after so long: tells, and stops nothing.'),
  notify: runNotify.optional().describe('Channels to tell of how runs end, and of lateness.'),
  callback: callback.optional().describe('Address that the end of each run is posted to.'),
  retention: retention
    .optional()
    .describe('How long ended runs are kept. Default: as the installation says.'),
  outputs: names.optional().describe('Outputs of the run. References here add no dependencies.'),
};

/** Template bodies are merged into tasks before they are checked (`template.ts`). */
export const header = z.strictObject({ ...headerKeys, templates: z.record(name, anyJson).optional() });

export const HANDLER_MAPS = ['on_success', 'on_failure', 'on_finish'] as const;
export type HandlerMap = (typeof HANDLER_MAPS)[number];

const handlers = (when: string) =>
  z.record(name, task).optional().describe(`Tasks that run at the end of a run, ${when}.`);

/** For the JSON Schema only. */
export const workflow = z.strictObject({
  ...headerKeys,
  templates: z
    .record(name, task)
    .optional()
    .describe('Bodies of tasks by name, for `extends`. Maps merge, lists and other values replace.'),
  tasks: z.record(name, task).describe('The tasks by name.'),
  on_success: handlers('when it succeeds'),
  on_failure: handlers('when it fails'),
  on_finish: handlers('however it ends'),
});

export type TaskMap = ReadonlyMap<string, TaskSource>;

/** A workflow as an author wrote it, valid by itself; references between its parts are not checked yet. */
export type WorkflowSource = z.infer<typeof header> & { readonly tasks: TaskMap } & {
  readonly [map in HandlerMap]?: TaskMap;
};
