/** One entry under `tasks`. The order of the keys here is the order of the documentation. */
import { z } from 'zod';
import { TRIGGER_RULE_NAMES } from '../../engine/core/trigger-rule.ts';
import { condition, description, duration, env, name, priority, queue, template } from './common.ts';
import { foreach, matrix, maxFailures } from './fan-out.ts';
import { needs } from './needs.ts';
import { retry } from './retry.ts';
import { valueSpec } from './value-spec.ts';

/** What `defaults` may hold, too. */
export const defaultable = {
  retry: retry.optional().describe('Retries after a failure: a number, or a policy. Default: none.'),
  timeout: duration
    .optional()
    .describe('Limit on one attempt, from the moment that a worker takes it. Default: none.'),
  queue_timeout: duration.optional().describe('Limit on waiting for a worker. Default: none.'),
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

export const task = z.strictObject({
  description: description.optional().describe('What the task does.'),
  needs: needs.optional().describe('Tasks that must end before this one starts.'),
  if: condition
    .optional()
    .describe('Expression; false skips the task. Asked once the trigger rule says run.'),
  trigger_rule: z
    .enum(TRIGGER_RULE_NAMES)
    .optional()
    .describe('When to run, given how the needed tasks ended. Default: all_success.'),
  run: z
    .union([
      z.string().min(1).describe('Shell script. Takes no expressions: pass values by `env`.'),
      z
        .array(z.union([z.string(), z.number(), z.boolean()]))
        .min(1)
        .describe('Program and its arguments, run without a shell.'),
    ])
    .optional()
    .describe('Short for `uses: shell`: a script (text) or a program with arguments (list).'),
  uses: z.string().min(1).optional().describe('Name of an executor.'),
  with: z.record(z.string(), template).optional().describe('Options of the executor.'),
  foreach: foreach
    .optional()
    .describe('One node for each item of a list; `item` and `index` are known in it.'),
  matrix: matrix
    .optional()
    .describe('One node for each combination of the axes; `matrix.<axis>` is known in it.'),
  max_parallel: z.int().min(1).optional().describe('Nodes of this task started and unfinished at once.'),
  max_failures: maxFailures.optional().describe('Nodes that may fail before the task fails. Default: 0.'),
  fail_fast: z
    .boolean()
    .optional()
    .describe('Whether to stop the other nodes when the task fails. Default: true.'),
  ...defaultable,
  allow_failure: z
    .boolean()
    .optional()
    .describe('A failure does not fail the run, and counts as success downstream.'),
  priority: priority.optional().describe('0 lowest to 9. Default: the priority of the workflow.'),
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
});

export type TaskSource = z.infer<typeof task>;
