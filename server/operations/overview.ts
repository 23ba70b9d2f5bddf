/** A namespace at a glance: how runs ended over time, what is going on, and what needs somebody. */
import { z } from 'zod';
import { RUN_STATUSES } from '../../engine/core/node-state.ts';
import { runLine } from '../contract/list.ts';
import { namespaceParams, queryNumber } from '../contract/names.ts';
import { operation } from '../operation.ts';

const tag = 'Runs';
const SPACE = '/api/v1/namespaces/{namespace}';
const time = z.iso.datetime();

export const runStatistics = operation({
  id: 'getRunStatistics',
  method: 'get',
  path: `${SPACE}/statistics`,
  role: 'viewer',
  tag,
  summary: 'How runs ended, hour by hour, and how many are going on',
  description:
    'Counted when they end, and kept for 40 days; a run that was retried counts with each of its ends.',
  params: namespaceParams,
  query: z.strictObject({ hours: queryNumber(24, 31 * 24) }),
  reply: z
    .object({
      format: z.literal(1),
      hours: z
        .array(z.object({ from: time, succeeded: z.int(), failed: z.int(), cancelled: z.int() }))
        .describe('Oldest first, each hour; the last one is not over.'),
      active: z
        .partialRecord(z.enum(RUN_STATUSES), z.int())
        .describe('Runs that have not ended, by status; no member: none.'),
      more: z.boolean().describe('There are more than were counted.'),
    })
    .meta({ id: 'RunStatistics' }),
});

export const attention = operation({
  id: 'getAttention',
  method: 'get',
  path: `${SPACE}/attention`,
  role: 'viewer',
  tag,
  summary: 'What needs somebody: failed runs of the last day, approvals, pauses, schedules in trouble',
  description:
    'The newest of each. Of nodes that wait for somebody at most fifty, of the newest fifty such runs.',
  params: namespaceParams,
  reply: z
    .object({
      format: z.literal(1),
      failed: z.array(runLine),
      paused: z.array(runLine),
      waiting: z
        .array(
          z.object({
            run: z.string(),
            workflow: z.string(),
            node: z.string(),
            for: z.enum(['approval', 'signal']),
            signal: z.string().nullable(),
            until: time.nullable(),
          }),
        )
        .describe('Nodes that wait for somebody.'),
      schedules: z
        .array(
          z.object({
            workflow: z.string(),
            trigger: z.int(),
            paused: z.boolean(),
            reason: z.string().nullable(),
            problem: z.string().nullable(),
          }),
        )
        .describe('Those that are paused, or could not start a run.'),
      notifications: z.int().describe('Notifications that were given up.'),
    })
    .meta({ id: 'Attention' }),
});
