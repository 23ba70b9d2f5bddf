/** One entry under `tasks`. The order of the keys here is the order of the documentation. */
import { z } from 'zod';
import { MAX_COST } from '../../engine/core/cost.ts';
import { TRIGGER_RULE_NAMES } from '../../engine/core/trigger-rule.ts';
import {
  condition,
  description,
  duration,
  env,
  labels,
  name,
  names,
  priority,
  queue,
  template,
} from './common.ts';
import { foreach, matrix, maxFailures } from './fan-out.ts';
import { concurrency, rateLimit } from './limit.ts';
import { needs } from './needs.ts';
import { taskNotify } from './notify.ts';
import { cache, repeat } from './repeat.ts';
import { retry } from './retry.ts';
import { valueSpec } from './value-spec.ts';

/** What `defaults` may hold, too. */
export const defaultable = {
  retry: retry.optional().describe('Retries after a failure: a number, or a policy. Default: none.'),
  timeout: duration
    .optional()
    .describe('Limit on one attempt, from the moment that a worker takes it. Default: none.'),
  queue_timeout: duration.optional().describe('Limit on waiting for a worker. Default: none.'),
  heartbeat: duration
    .optional()
    .describe('Limit on silence: an attempt that writes nothing for so long fails. Default: none.'),
  queue: queue.optional().describe('Queue of the workers that may run it. Default: `default`.'),
  env: env.optional().describe('Environment of the process. Lists and objects become JSON.'),
  shell: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Interpreter of scripts. Default: `bash -eo pipefail`.'),
  cwd: z.string().min(1).optional().describe('Folder to work in, from the working directory of the attempt.'),
};

const run = z.union([
  z.string().min(1).describe('Shell script. Takes no expressions: pass values by `env`.'),
  z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .describe('Program and its arguments, run without a shell.'),
]);

const action = {
  run: run
    .optional()
    .describe('Short for `uses: shell`: a script (text) or a program with arguments (list).'),
  uses: z.string().min(1).optional().describe('Name of an executor.'),
  with: z.record(z.string(), template).optional().describe('Options of the executor.'),
};

/** How a task is undone: an action, and what bounds it. */
export const compensate = z.strictObject({
  ...action,
  retry: defaultable.retry,
  timeout: defaultable.timeout,
  env: defaultable.env,
});

export const task = z.strictObject({
  extends: name.optional().describe('Name of a template whose keys this task has, too; its own win.'),
  description: description.optional().describe('What the task does.'),
  needs: needs.optional().describe('Tasks that must end before this one starts.'),
  if: condition
    .optional()
    .describe('Expression; false skips the task. Asked once the trigger rule says run.'),
  trigger_rule: z
    .enum(TRIGGER_RULE_NAMES)
    .optional()
    .describe('When to run, given how the needed tasks ended. Default: all_success.'),
  ...action,
  workflow: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Another workflow to run: its name, or its file such as `./child.yaml`.'),
  inputs: names.optional().describe('Inputs of that workflow.'),
  detached: z
    .boolean()
    .optional()
    .describe('Whether to go on without waiting for that workflow. Default: false.'),
  foreach: foreach
    .optional()
    .describe('One node for each item of a list; `item` and `index` are known in it.'),
  matrix: matrix
    .optional()
    .describe('One node for each combination of the axes; `matrix.<axis>` is known in it.'),
  broadcast: z
    .literal(true)
    .optional()
    .describe('One node for each live worker of the queue; `broadcast.index` is known in it.'),
  max_parallel: z.int().min(1).optional().describe('Nodes of this task started and unfinished at once.'),
  max_failures: maxFailures.optional().describe('Nodes that may fail before the task fails. Default: 0.'),
  fail_fast: z
    .boolean()
    .optional()
    .describe('Whether to stop the other nodes when the task fails. Default: true.'),
  repeat: repeat.optional().describe('Do it again until a condition is true.'),
  ...defaultable,
  allow_failure: z
    .boolean()
    .optional()
    .describe('A failure does not fail the run, and counts as success downstream.'),
  priority: priority.optional().describe('0 lowest to 9. Default: the priority of the workflow.'),
  worker_labels: labels.optional().describe('Labels that a worker must have to run it.'),
  slots: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Slots of its worker that one attempt takes. Default: 1.'),
  concurrency: concurrency
    .optional()
    .describe('Nodes with the same key that run at once, across all runs of the namespace.'),
  rate_limit: rateLimit
    .optional()
    .describe('Attempts with the same key within a time, across all runs of the namespace.'),
  cache: cache.optional().describe('Use a former success again.'),
  outputs: z
    .record(name, valueSpec)
    .optional()
    .describe('Outputs that the task must write, with their types.'),
  artifacts: z
    .record(name, z.string().min(1))
    .optional()
    .describe('Files to keep when the task succeeds: name, and path in the working directory.'),
  files: z
    .record(z.string().min(1), z.string().min(1))
    .optional()
    .describe('Files to fetch before the task starts: path in the working directory, and the artifact.'),
  compensate: compensate
    .optional()
    .describe('How to undo the task when the run fails, or is cancelled, after it succeeded.'),
  cost: z
    .number()
    .min(0)
    .max(MAX_COST)
    .optional()
    .describe('Cost of an hour of its running, for the cost account.'),
  deadline: duration
    .optional()
    .describe('Late when not done so long after the start of the run: tells, and stops nothing.'),
  notify: taskNotify.optional().describe('Channels to tell of failure, retries and lateness.'),
});

export type TaskSource = z.infer<typeof task>;
export type CompensateSource = z.infer<typeof compensate>;
