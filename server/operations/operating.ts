/** Schedules, limits, queues, workers and secrets. */
import { z } from 'zod';
import { limitList } from '../contract/limits.ts';
import {
  name,
  namespaceParams,
  queryNumber,
  shortText,
  time,
  wholeNumber,
  workflowParams,
} from '../contract/names.ts';
import { operation } from '../operation.ts';
import { WORKFLOW } from './workflows.ts';

const SPACE = '/api/v1/namespaces/{namespace}';
const SCHEDULE = `${WORKFLOW}/schedules/{trigger}`;
const scheduleParams = workflowParams.extend({
  trigger: wholeNumber.pipe(z.int().max(1_000)).describe('Number of the trigger in the workflow, from 0.'),
});
const done = z.object({ format: z.literal(1) });

const schedule = z
  .looseObject({
    namespace: z.string(),
    workflow: z.string(),
    trigger: z.int(),
    version: z.int(),
    next: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Schedule', description: 'As `sluice schedules --json` prints it.' });

export const scheduleList = z
  .object({ format: z.literal(1), schedules: z.array(schedule) })
  .meta({ id: 'ScheduleList' });

export const listSchedules = operation({
  id: 'listSchedules',
  method: 'get',
  path: `${SPACE}/schedules`,
  role: 'viewer',
  tag: 'Schedules',
  summary: 'List schedules',
  params: namespaceParams,
  reply: scheduleList,
});

export const getSchedule = operation({
  id: 'getSchedule',
  method: 'get',
  path: SCHEDULE,
  role: 'viewer',
  tag: 'Schedules',
  summary: 'Get a schedule, with its next runs',
  params: scheduleParams,
  query: z.strictObject({ count: queryNumber(5, 100) }),
  reply: z.object({ format: z.literal(1), schedule, next: z.array(z.iso.datetime()) }),
});

export const previewSchedule = operation({
  id: 'previewSchedule',
  method: 'get',
  path: `${SPACE}/schedule-preview`,
  role: 'viewer',
  tag: 'Schedules',
  summary: 'When a trigger that is not saved yet would start its next runs',
  params: namespaceParams,
  query: z.strictObject({
    cron: z.string().max(200).optional().describe('As in a workflow; or `every`.'),
    timezone: z.string().max(64).default('UTC'),
    every: z.string().max(40).optional().describe('A duration, such as `6h`.'),
    count: queryNumber(5, 100),
  }),
  reply: z.object({ format: z.literal(1), next: z.array(z.iso.datetime()) }).meta({ id: 'SchedulePreview' }),
});

export const pauseSchedule = operation({
  id: 'pauseSchedule',
  method: 'post',
  path: `${SCHEDULE}/pause`,
  role: 'operator',
  tag: 'Schedules',
  summary: 'Pause a schedule: it starts no runs',
  params: scheduleParams,
  body: z.strictObject({ reason: shortText.optional() }).optional(),
  reply: done,
});

export const resumeSchedule = operation({
  id: 'resumeSchedule',
  method: 'post',
  path: `${SCHEDULE}/resume`,
  role: 'operator',
  tag: 'Schedules',
  summary: 'Resume a schedule; `catchup` says what is made up for',
  params: scheduleParams,
  body: z.strictObject({}).optional(),
  reply: done,
});

export const startBackfill = operation({
  id: 'startBackfill',
  method: 'post',
  path: `${SCHEDULE}/backfills`,
  role: 'operator',
  tag: 'Schedules',
  summary: 'Start the runs of times in the past',
  params: scheduleParams,
  body: z.strictObject({
    from: time.describe('First time, included.'),
    to: time.optional().describe('End, not included. Default: now.'),
    max_parallel: z.int().min(1).max(100).optional().describe('Runs at once. Default 1.'),
    rerun: z.boolean().optional().describe('Run again what has run before, as new runs.'),
    dry_run: z.boolean().optional().describe('Only say which times they are.'),
  }),
  reply: z
    .object({
      format: z.literal(1),
      id: z.string().nullable().describe('Null when nothing was started.'),
      count: z.int(),
      times: z.array(z.iso.datetime()).describe('The first hundred.'),
    })
    .meta({ id: 'BackfillStarted' }),
});

export const cancelBackfill = operation({
  id: 'cancelBackfill',
  method: 'post',
  path: `${SCHEDULE}/backfills/{backfill}/cancel`,
  role: 'operator',
  tag: 'Schedules',
  summary: 'Cancel a backfill and the runs that it has started',
  params: scheduleParams.extend({
    backfill: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a backfill'),
  }),
  body: z.strictObject({}).optional(),
  reply: done,
});

const limitParams = namespaceParams.extend({
  key: z
    .string()
    .min(1)
    .max(300)
    .regex(/^[^\x00-\x1f\x7f]+$/, 'must be the key of a limit, without control characters'),
});
const kind = z.enum(['concurrency', 'rate']).default('concurrency');

export const listLimits = operation({
  id: 'listLimits',
  method: 'get',
  path: `${SPACE}/limits`,
  role: 'viewer',
  tag: 'Limits',
  summary: 'List limits, with who holds them and who waits',
  params: namespaceParams,
  query: z.strictObject({ key: z.string().max(300).optional().describe('Only those of this key.') }),
  reply: limitList,
});

const changed = z
  .object({ format: z.literal(1), before: z.number().nullable(), limit: z.number().nullable() })
  .meta({ id: 'LimitChanged' });

export const setLimit = operation({
  id: 'setLimit',
  method: 'put',
  path: `${SPACE}/limits/{key}`,
  role: 'operator',
  tag: 'Limits',
  summary: 'Set a limit, whatever workflows declare, until it is reset',
  params: limitParams,
  body: z.strictObject({
    kind,
    limit: z.int().min(0).describe('Holders at once, or units in a window; 0 lets nobody in.'),
    per_ms: z.int().min(1).optional().describe('Length of the window of a rate limit.'),
    by: z.string().max(100).optional(),
  }),
  reply: changed,
});

export const resetLimit = operation({
  id: 'resetLimit',
  method: 'delete',
  path: `${SPACE}/limits/{key}`,
  role: 'operator',
  tag: 'Limits',
  summary: 'Let hold again what workflows declare',
  params: limitParams,
  query: z.strictObject({ kind }),
  reply: changed,
});

export const listWorkers = operation({
  id: 'listWorkers',
  method: 'get',
  path: '/api/v1/workers',
  role: 'viewer',
  tag: 'Installation',
  summary: 'List live workers and orchestrators',
  description: 'They serve all namespaces, so the role must hold in all.',
  reply: z
    .object({
      format: z.literal(1),
      orchestrators: z.array(z.string()),
      workers: z.array(
        z.object({
          session: z.string(),
          name: z.string(),
          version: z.string(),
          queues: z.record(z.string(), z.int()).describe('Queue → slots.'),
          labels: z.record(z.string(), z.string()),
          executors: z.array(z.string()),
          started_at: z.iso.datetime(),
          running: z
            .int()
            .describe('Attempts that it works on, as orchestrators said within the last seconds.'),
        }),
      ),
    })
    .meta({ id: 'WorkerList' }),
});

export const listQueues = operation({
  id: 'listQueues',
  method: 'get',
  path: '/api/v1/queues',
  role: 'viewer',
  tag: 'Installation',
  summary: 'List queues, with what waits in them and why',
  description:
    'Those that live workers serve, and those in which something waits. As orchestrators told within the last seconds. ' +
    'They serve all namespaces, so the role must hold in all.',
  reply: z
    .object({
      format: z.literal(1),
      queues: z.array(
        z.object({
          name: z.string(),
          workers: z.array(z.string()),
          slots: z.int().describe('Of all workers.'),
          waiting: z.int().describe('Nodes that wait for a worker.'),
          running: z.int().describe('Nodes that a worker works on.'),
          oldest_at: z.iso.datetime().nullable().describe('Since when the one waits that waits longest.'),
          oldest_run: z.string().nullable().describe('Its run.'),
          why: z
            .enum(['no_worker', 'busy', 'starting'])
            .nullable()
            .describe(
              'Why nodes wait: nobody serves the queue, all slots are taken, or a worker is about to take them; null: none waits.',
            ),
        }),
      ),
      blocked: z.int().describe('Nodes that wait for a limit, and are in no queue yet.'),
      reported: z.boolean().describe('False: no orchestrator has said what waits.'),
    })
    .meta({ id: 'QueueList' }),
});

const secretParams = namespaceParams.extend({ secret: name });

export const secretLine = z.object({ name: z.string(), changed_at: z.iso.datetime(), key: z.string() });

export const listSecrets = operation({
  id: 'listSecrets',
  method: 'get',
  path: `${SPACE}/secrets`,
  role: 'admin',
  tag: 'Secrets',
  summary: 'List the names of the secrets in the store; no value ever leaves it',
  params: namespaceParams,
  reply: z
    .object({
      format: z.literal(1),
      secrets: z.array(secretLine),
    })
    .meta({ id: 'SecretList' }),
});

export const setSecret = operation({
  id: 'setSecret',
  method: 'put',
  path: `${SPACE}/secrets/{secret}`,
  role: 'admin',
  tag: 'Secrets',
  summary: 'Set a secret',
  params: secretParams,
  body: z.strictObject({ value: z.string().min(1).max(65_536) }),
  status: 204,
});

export const removeSecret = operation({
  id: 'removeSecret',
  method: 'delete',
  path: `${SPACE}/secrets/{secret}`,
  role: 'admin',
  tag: 'Secrets',
  summary: 'Remove a secret',
  params: secretParams,
  status: 204,
});
