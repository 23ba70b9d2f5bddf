/** What is asked of a run: each is answered once the run's owner has taken it and made it durable. */
import { z } from 'zod';
import { json } from '../contract/json.ts';
import {
  name,
  namespaceParams,
  nodeId,
  nodeParams,
  runParams,
  shortText,
  status,
} from '../contract/names.ts';
import { started, taken } from '../contract/run-head.ts';
import { besideSource, SENT_BYTES, source } from '../contract/sent-file.ts';
import { operation } from '../operation.ts';
import { labels, RUN, values } from './runs.ts';

const tag = 'Steering';
const NODE = `${RUN}/nodes/{node}`;

/** Who does it where the server knows nobody: stands in the history. */
const by = z.string().max(100).optional();
const reason = shortText.optional();
const graceMs = z
  .int()
  .min(0)
  .max(86_400_000)
  .optional()
  .describe('Between SIGTERM and SIGKILL. Default 10,000.');

export const cancelRun = operation({
  id: 'cancelRun',
  method: 'post',
  path: `${RUN}/cancel`,
  role: 'operator',
  tag,
  summary: 'Cancel a run',
  description: 'What has succeeded stays.',
  params: runParams,
  body: z.strictObject({ reason, grace_ms: graceMs }).optional(),
  reply: taken,
});

export const pauseRun = operation({
  id: 'pauseRun',
  method: 'post',
  path: `${RUN}/pause`,
  role: 'operator',
  tag,
  summary: 'Pause a run: nothing new is started',
  params: runParams,
  body: z.strictObject({ reason }).optional(),
  reply: taken,
});

export const resumeRun = operation({
  id: 'resumeRun',
  method: 'post',
  path: `${RUN}/resume`,
  role: 'operator',
  tag,
  summary: 'Resume a paused run',
  params: runParams,
  body: z.strictObject({}).optional(),
  reply: taken,
});

const scope = {
  scope: z
    .enum(['failed', 'from', 'node', 'all'])
    .optional()
    .describe(
      '`failed`: what failed and follows from it; `from`: these nodes and all downstream; `node`: these alone.',
    ),
  nodes: z.array(nodeId).max(1_000).optional().describe('For `from` and `node`.'),
};

const plannedTask = z.object({ node: z.string(), why: z.string() });

const preview = z
  .object({
    format: z.literal(1),
    run: z.string(),
    reset: z.array(plannedTask).describe('What runs again.'),
    kept: z.array(plannedTask).describe('What stays, or is taken over.'),
    children: z.array(
      z.object({
        node: z.string(),
        workflow: z.string(),
        run: z.string(),
        becomes: z.enum(['replaced', 'kept']),
      }),
    ),
  })
  .meta({ id: 'Preview', description: 'What would run again, and what would stay.' });

const retryBody = z.strictObject(scope).optional();

export const retryRun = operation({
  id: 'retryRun',
  method: 'post',
  path: `${RUN}/retry`,
  role: 'operator',
  tag,
  summary: 'Work again on parts of the same run',
  params: runParams,
  body: retryBody,
  reply: taken,
});

export const previewRetryRun = operation({
  id: 'previewRetry',
  method: 'post',
  path: `${RUN}/retry/preview`,
  role: 'viewer',
  tag,
  summary: 'What a retry would do',
  params: runParams,
  body: retryBody,
  reply: preview,
});

const rerunBody = z
  .strictObject({
    ...scope,
    inputs: values.optional().describe('Other values; those that are not named stay.'),
    latest: z.boolean().optional().describe('With the newest definition of the workflow.'),
    definition: z
      .strictObject({ source, ...besideSource })
      .optional()
      .describe('With the definition in this file.'),
  })
  .optional();

export const rerunRun = operation({
  id: 'rerunRun',
  method: 'post',
  path: `${RUN}/rerun`,
  role: 'operator',
  tag,
  summary: 'Start a new run like this one',
  params: runParams,
  headers: { 'idempotency-key': 'Up to 200 characters. The same key starts the same run once.' },
  bodyBytes: SENT_BYTES,
  body: rerunBody,
  status: 202,
  reply: started,
});

export const previewRerunRun = operation({
  id: 'previewRerun',
  method: 'post',
  path: `${RUN}/rerun/preview`,
  role: 'viewer',
  tag,
  summary: 'What a rerun would run, and what it would take over',
  params: runParams,
  bodyBytes: SENT_BYTES,
  body: rerunBody,
  reply: preview,
});

const markBody = z.strictObject({
  as: z.enum(['succeeded', 'failed', 'skipped']),
  outputs: values.optional(),
  reason,
  by,
});

export const markNode = operation({
  id: 'markNode',
  method: 'post',
  path: `${NODE}/mark`,
  role: 'operator',
  tag,
  summary: 'Say how a node ended, whatever it did',
  params: nodeParams,
  body: markBody,
  reply: taken,
});

export const previewMarkNode = operation({
  id: 'previewMark',
  method: 'post',
  path: `${NODE}/mark/preview`,
  role: 'viewer',
  tag,
  summary: 'What a mark would do',
  params: nodeParams,
  body: markBody,
  reply: preview,
});

const decisionBody = z
  .strictObject({ form: z.record(z.string().max(64), json).optional(), comment: shortText.optional(), by })
  .optional();

export const approveNode = operation({
  id: 'approveNode',
  method: 'post',
  path: `${NODE}/approve`,
  role: 'operator',
  tag,
  summary: 'Approve what waits for an approval',
  params: nodeParams,
  body: decisionBody,
  reply: taken,
});

export const rejectNode = operation({
  id: 'rejectNode',
  method: 'post',
  path: `${NODE}/reject`,
  role: 'operator',
  tag,
  summary: 'Reject what waits for an approval',
  params: nodeParams,
  body: decisionBody,
  reply: taken,
});

export const signalRun = operation({
  id: 'signalRun',
  method: 'post',
  path: `${RUN}/signals/{signal}`,
  role: 'operator',
  tag,
  summary: 'Send a signal to a run',
  params: runParams.extend({ signal: name }),
  body: z.strictObject({ payload: values.optional(), by }).optional(),
  reply: taken.extend({ node: z.string().nullable().describe('The node that took it; null: it is kept.') }),
});

/** Which runs; at least one member. */
const runFilter = z
  .strictObject({ workflow: name.optional(), status: status.optional(), labels: labels.optional() })
  .refine((filter) => Object.keys(filter).length > 0, 'must say which runs: workflow, status or labels');

const bulkBody = {
  filter: runFilter,
  limit: z.int().min(1).max(1_000).optional().describe('Runs at most. Default 1,000.'),
  dry_run: z.boolean().optional().describe('Only say which runs they are.'),
};

const bulkReply = z
  .object({
    format: z.literal(1),
    runs: z.array(
      z.object({
        run: z.string(),
        ok: z.boolean(),
        code: z.string().optional(),
        detail: z.string().optional(),
      }),
    ),
    more: z.boolean().describe('There are further runs that match: ask again.'),
  })
  .meta({ id: 'BulkResult' });

export const bulkCancel = operation({
  id: 'bulkCancel',
  method: 'post',
  path: '/api/v1/namespaces/{namespace}/bulk/cancel',
  role: 'operator',
  tag,
  summary: 'Cancel all runs that a filter finds',
  params: namespaceParams,
  body: z.strictObject({ ...bulkBody, reason, grace_ms: graceMs }),
  reply: bulkReply,
});

export const bulkRetry = operation({
  id: 'bulkRetry',
  method: 'post',
  path: '/api/v1/namespaces/{namespace}/bulk/retry',
  role: 'operator',
  tag,
  summary: 'Retry all runs that a filter finds',
  params: namespaceParams,
  body: z.strictObject({ ...bulkBody, scope: z.enum(['failed', 'all']).optional() }),
  reply: bulkReply,
});
