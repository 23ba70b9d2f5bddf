/** What belongs to a run: logs, artifacts, and why it stands as it does. */
import { z } from 'zod';
import { nodeParams, queryNumber, runParams, wholeNumber } from '../contract/names.ts';
import { operation } from '../operation.ts';
import { RUN } from './runs.ts';

const tag = 'Runs';
const NODE = `${RUN}/nodes/{node}`;

export const readLogs = operation({
  id: 'readLogs',
  method: 'get',
  path: `${NODE}/attempts/{attempt}/logs`,
  role: 'viewer',
  tag,
  summary: 'Read what an attempt wrote',
  description:
    'Lines in order. `next` is there also at the end: ask again with it for lines that came since.',
  params: nodeParams.extend({ attempt: wholeNumber.pipe(z.int().min(1).max(65_535)) }),
  query: z.strictObject({
    after: z
      .string()
      .regex(/^[0-9-]{1,40}$/, 'must be the `next` of an earlier page')
      .default('0')
      .describe('`next` of an earlier page.'),
    limit: queryNumber(1_000, 10_000),
  }),
  reply: z
    .object({
      format: z.literal(1),
      lines: z.array(
        z.object({
          id: z.string(),
          at: z.iso.datetime(),
          stream: z.enum(['stdout', 'stderr', 'system']),
          text: z.string(),
        }),
      ),
      next: z.string().describe('For `after`.'),
      missing: z.int().describe('Lines before the first of a first page that are not kept any more.'),
    })
    .meta({ id: 'LogPage' }),
});

const attemptParams = readLogs.params;

export const followLog = operation({
  id: 'followLog',
  method: 'get',
  path: `${NODE}/attempts/{attempt}/logs/stream`,
  role: 'viewer',
  tag: 'Live',
  summary: 'Follow what an attempt writes',
  description:
    'Each line has its number as `id` and is JSON as in a page of the log. `event: gap` says that lines between two numbers are not kept ' +
    'any more. The stream ends with the attempt; asked again after the end it answers 204.',
  params: attemptParams,
  query: z.strictObject({
    after: z
      .string()
      .regex(/^\d{1,15}$/, 'must be the `id` of a line')
      .optional()
      .describe('As Last-Event-ID, for clients that cannot set it.'),
  }),
  headers: { 'last-event-id': 'The `id` of the last line that was seen: go on after it.' },
  raw: { mediaType: 'text/event-stream', description: 'Server-sent events.' },
});

export const listArtifacts = operation({
  id: 'listArtifacts',
  method: 'get',
  path: `${RUN}/artifacts`,
  role: 'viewer',
  tag,
  summary: 'List the files that a run kept',
  params: runParams,
  reply: z
    .object({
      format: z.literal(1),
      artifacts: z.array(
        z.object({
          node: z.string(),
          name: z.string(),
          bytes: z.int(),
          sha256: z.string(),
          run: z.string().describe('The run that kept it: another one where it was taken over.'),
        }),
      ),
    })
    .meta({ id: 'ArtifactList' }),
});

export const getArtifact = operation({
  id: 'getArtifact',
  method: 'get',
  path: `${NODE}/artifacts/{artifact}`,
  role: 'viewer',
  tag,
  summary: 'Fetch a file that a node kept',
  description: 'Always as an attachment: it was written by a task, and no browser should show it as a page.',
  params: nodeParams.extend({ artifact: z.string().min(1).max(100) }),
  raw: { mediaType: 'application/octet-stream', description: 'The bytes of the file.' },
});

const reason = z.looseObject({ code: z.string(), text: z.string() });
const explanation = z
  .object({
    node: z.string(),
    status: z.string(),
    would_run: z.boolean(),
    goes_on_at: z.iso.datetime().nullable(),
    reasons: z.array(reason),
  })
  .meta({ id: 'NodeExplanation' });

export const explainRun = operation({
  id: 'explainRun',
  method: 'get',
  path: `${RUN}/explain`,
  role: 'viewer',
  tag,
  summary: 'Why a run stands as it does',
  params: runParams,
  reply: z
    .looseObject({
      run: z.string(),
      workflow: z.string(),
      status: z.string(),
      reasons: z.array(reason),
      nodes: z.array(explanation).describe('Those that are open, failed or skipped.'),
      more: z.int().describe('Nodes that are left out.'),
    })
    .meta({ id: 'RunExplanation' }),
});

export const explainNode = operation({
  id: 'explainNode',
  method: 'get',
  path: `${NODE}/explain`,
  role: 'viewer',
  tag,
  summary: 'Why a node stands as it does',
  params: nodeParams,
  reply: explanation,
});
