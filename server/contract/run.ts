/**
 * The public JSON form of a run (`sluice run --json`, `sluice show --json`) as a schema. A contract: members are added, but
 * change their meaning or go only with another `format`. Times are RFC 3339 in UTC, null when it has not happened.
 */
import { z } from 'zod';
import { TASK_ERROR_CODES, type TaskErrorCode } from '../../engine/core/errors.ts';
import { NODE_STATES, RUN_STATUSES } from '../../engine/core/node-state.ts';
import { declaredFields, json } from './json.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC.');
const values = z.record(z.string(), json);
const taskErrorCodes = Object.keys(TASK_ERROR_CODES) as [TaskErrorCode, ...TaskErrorCode[]];

export const taskError = z
  .object({
    code: z.enum(taskErrorCodes).describe('From the closed list in docs/errors.md.'),
    message: z.string().describe('Sentences for people.'),
    exit_code: z.int().optional().describe('Of a process.'),
    status: z.int().optional().describe('HTTP status.'),
    retry_after: z.number().optional().describe('Pause that the failed work asked for, ms.'),
  })
  .describe('Why an attempt failed.');

export const attempt = z
  .object({
    number: z.int().min(1).describe('From 1.'),
    generation: z
      .int()
      .min(1)
      .describe('The life of its node that it belongs to: a retry or mark begins another. From 1.'),
    queued_at: time.nullable().describe('When it was given to its queue; null when it needed none.'),
    started_at: time.nullable(),
    finished_at: time.nullable(),
    worker: z.string().nullable().describe('Name of the worker; null when none was needed.'),
    error: taskError.nullable(),
  })
  .describe('One try at a node.');

export const node = z
  .object({
    id: z.string().describe('`resize`, or `resize[3]` for a node of a fan-out.'),
    task: z.string().describe('Id of the task.'),
    index: z
      .int()
      .nullable()
      .describe('Index within a fan-out; null for a task without, and for the fan-out itself.'),
    status: z.enum(NODE_STATES),
    phase: z
      .enum(['main', 'compensate', 'on_success', 'on_failure', 'on_finish'])
      .describe('The part of the run that it belongs to.'),
    generation: z.int().min(1).describe('Times that it began anew, and one.'),
    attempts: z.array(attempt),
    outputs: values,
    artifacts: values.describe('Artifact name → reference to a kept file.'),
    needs: z.array(z.string()).describe('Ids of the tasks that it depends on.'),
    waiting: z
      .object({
        for: z.enum(['time', 'signal', 'approval', 'repeat']),
        until: time.nullable().describe('When the wait ends by itself; null when it does not.'),
        signal: z.string().optional().describe('Name of the signal.'),
        fields: declaredFields
          .optional()
          .describe('Declared fields of the form, or of the payload of the signal.'),
        approvers: z.array(z.string()).optional(),
      })
      .nullable()
      .describe('What a waiting node waits for; null for any other.'),
    child: z
      .string()
      .nullable()
      .describe('Id of the run that a sub-workflow started last; null before, and for any other task.'),
    cost: z
      .number()
      .nullable()
      .describe(
        'Cost of its attempts that are over, of all its lives: what they reported, else by the rate of the task; null when nobody counts it.',
      ),
  })
  .describe('One vertex of the graph.');

export const run = z
  .object({
    format: z.literal(1),
    id: z
      .string()
      .regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
      .describe('A ULID.'),
    namespace: z.string(),
    workflow: z.string(),
    version: z.string().describe('Hash of the compiled workflow.'),
    status: z.enum(RUN_STATUSES),
    inputs: values,
    outputs: values,
    error: z
      .object({
        code: z.string(),
        message: z.string(),
        task: z.string().optional(),
        by: z.string().optional().describe('Who cancelled it, as they said.'),
      })
      .nullable()
      .describe('Why the run failed or was cancelled.'),
    parent: z
      .object({ run: z.string(), node: z.string() })
      .nullable()
      .describe('The node of another run that started this one.'),
    cost: z
      .number()
      .nullable()
      .describe(
        'Cost of all attempts that are over, also of nodes that were done again; null when nobody counts it.',
      ),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    retried_at: time
      .nullable()
      .describe('When it was last taken up again after its end; null when it never was.'),
    progress: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of the work that is done; nodes weigh as long as they usually take.'),
    eta: z
      .object({
        at: time,
        basis: z
          .enum(['learned', 'partly'])
          .describe('Whether all tasks that are left have run before, or only some.'),
        overtime: z
          .boolean()
          .describe(
            'Whether a node that works takes longer than its task usually does, so that the end is a guess.',
          ),
      })
      .nullable()
      .describe(
        'When it will end; null when nothing that is left has run before, somebody is still to be asked, or nothing moves.',
      ),
    nodes: z.array(node).describe('In the order of the file; nodes of a fan-out follow their task.'),
  })
  .describe('One execution of a workflow.');
