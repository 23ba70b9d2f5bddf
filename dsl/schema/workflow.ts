/** The keys of a workflow. `tasks` is checked task by task (`read.ts`), so that ids such as `__proto__` are not lost. */
import { z } from 'zod';
import { description, duration, env, name, names, priority } from './common.ts';
import { defaultable, type TaskSource, task } from './task.ts';
import { valueSpec } from './value-spec.ts';

export const defaults = z.strictObject(defaultable);

const label = z.union([z.string().max(256), z.number(), z.boolean()]);

const headerKeys = {
  name: name
    .optional()
    .describe('Name of the workflow. Default: the name of the file; needed with several documents.'),
  namespace: name.optional().describe('Namespace of the name. Default: `default`.'),
  description: description.optional().describe('What the workflow does.'),
  labels: z.record(z.string().min(1).max(128), label).optional().describe('Labels to find runs by.'),
  inputs: z.record(name, valueSpec).optional().describe('Values that a run is started with.'),
  env: env.optional().describe('Environment of all tasks.'),
  defaults: defaults.optional().describe('Values of keys that a task does not give itself.'),
  priority: priority.optional().describe('Priority of all tasks, 0 lowest to 9. Default: 5.'),
  max_parallel: z.int().min(1).optional().describe('Nodes of one run started and unfinished at once.'),
  timeout: duration.optional().describe('Limit on a whole run.'),
  outputs: names.optional().describe('Outputs of the run. References here add no dependencies.'),
};

export const header = z.strictObject(headerKeys);

/** For the JSON Schema only. */
export const workflow = z.strictObject({
  ...headerKeys,
  tasks: z.record(name, task).describe('The tasks by name.'),
});

/** A workflow as an author wrote it, valid by itself; references between its parts are not checked yet. */
export type WorkflowSource = z.infer<typeof header> & { readonly tasks: ReadonlyMap<string, TaskSource> };
