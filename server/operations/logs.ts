/** Logs of a whole run. Those of one attempt belong to its node. */
import { z } from 'zod';
import { LOG_LEVELS } from '../../engine/core/log-level.ts';
import { MAX_PATTERN } from '../../engine/runtime/client/log-filter.ts';
import { cursor, flag, queryNumber, runParams, time } from '../contract/names.ts';
import { operation } from '../operation.ts';
import { RUN } from './runs.ts';

const line = z
  .object({
    node: z.string(),
    attempt: z.int(),
    at: z.iso.datetime(),
    stream: z.enum(['stdout', 'stderr', 'system']),
    level: z.enum(LOG_LEVELS),
    text: z.string(),
  })
  .meta({ id: 'RunLogLine' });

export const searchLogs = operation({
  id: 'searchLogs',
  method: 'get',
  path: `${RUN}/logs`,
  role: 'viewer',
  tag: 'Runs',
  summary: 'Read and search the logs of a run',
  description:
    'Node by node, attempt by attempt. A page looks at a bounded number of lines: it may be empty and still have a `next`.',
  params: runParams,
  query: z.strictObject({
    node: z.string().max(100).optional().describe('A node (`resize[3]`), or all nodes of a task.'),
    attempt: z
      .string()
      .regex(/^(all|[1-9]\d{0,8})$/, 'must be a number, or all')
      .transform((text) => (text === 'all' ? text : Number(text)))
      .optional()
      .describe('A number, or `all`. Default: the last one of each node.'),
    grep: z.string().max(MAX_PATTERN).optional().describe('Text that a line holds.'),
    regex: flag.describe('`grep` is a regular expression of JavaScript. One that takes long is refused.'),
    ignore_case: flag,
    since: time.optional(),
    level: z.enum(LOG_LEVELS).optional().describe('The least important one.'),
    limit: queryNumber(500, 5_000),
    cursor: cursor.optional(),
  }),
  reply: z
    .object({
      format: z.literal(1),
      lines: z.array(line),
      missing: z
        .array(z.object({ node: z.string(), attempt: z.int(), lines: z.int() }))
        .describe('Lines that are not kept any more, of the attempts that this page begins.'),
      next: z.string().nullable(),
    })
    .meta({ id: 'RunLogs' }),
});
