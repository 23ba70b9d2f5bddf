/** Runs: start them, find them, look at them. */
import { z } from 'zod';
import type { Plan } from '../../engine/core/plan.ts';
import { eventView } from '../contract/event.ts';
import { json } from '../contract/json.ts';
import { runList } from '../contract/list.ts';
import {
  awaitingFilter,
  flag,
  labelFilter,
  name,
  namespaceParams,
  nodeParams,
  page,
  queryNumber,
  runId,
  runParams,
  searchText,
  statuses,
  time,
  wholeNumber,
  workflowParams,
} from '../contract/names.ts';
import { node } from '../contract/run.ts';
import { runHead, started } from '../contract/run-head.ts';
import { besideSource, SENT_BYTES, source } from '../contract/sent-file.ts';
import { operation } from '../operation.ts';

const tag = 'Runs';
const RUNS = '/api/v1/namespaces/{namespace}/runs';
export const RUN = `${RUNS}/{run}`;

export const values = z.record(z.string().max(64), json);
export const labels = z.record(z.string().max(64), z.string().max(256));

/** `30s`: how long the answer may wait for the run's end. */
const wait = z
  .string()
  .regex(/^\d{1,2}s$/, 'must be seconds such as 30s, 60s at most')
  .transform((text) => Number(text.slice(0, -1)) * 1_000)
  .pipe(z.int().max(60_000))
  .describe('Answer only when the run has ended, or after so long: `30s`. At most `60s`.');

export const startRun = operation({
  id: 'startRun',
  method: 'post',
  path: RUNS,
  role: 'operator',
  tag,
  summary: 'Start a run',
  description:
    'The run is durable when this answers. With an Idempotency-Key the same request starts one run only: a repeat is answered ' +
    'alike, with `Idempotency-Replayed: true`; another request under the same key is a conflict (409).',
  params: namespaceParams,
  query: z.strictObject({ wait: wait.optional() }),
  headers: {
    'idempotency-key': 'Up to 200 characters. The same key starts the same run once.',
    traceparent: 'W3C trace context: the spans of the run belong under this one.',
  },
  bodyBytes: SENT_BYTES,
  body: z
    .strictObject({
      workflow: name
        .optional()
        .describe('An applied workflow; with `source`: the workflow of that file, else its first.'),
      version: z.int().min(1).optional().describe('Number of an applied version. Default: the current one.'),
      source: source.optional().describe('Text of a workflow file that is started without being applied.'),
      ...besideSource,
      inputs: values.optional(),
      labels: labels.optional(),
    })
    .refine(
      ({ workflow, source }) => workflow !== undefined || source !== undefined,
      'needs one of workflow and source',
    ),
  status: 202,
  reply: started,
});

export const listRuns = operation({
  id: 'listRuns',
  method: 'get',
  path: RUNS,
  role: 'viewer',
  tag,
  summary: 'List runs, newest first',
  description:
    'A page may be short, even empty, and have a `next`: it looked through 5,000 runs of which few are as wanted.',
  params: namespaceParams,
  query: page.extend({
    workflow: name.optional(),
    status: statuses.optional(),
    awaiting: awaitingFilter,
    label: labelFilter.optional(),
    text: searchText.optional(),
    created_after: time.optional(),
    created_before: time.optional(),
  }),
  reply: runList,
});

export const getRun = operation({
  id: 'getRun',
  method: 'get',
  path: RUN,
  role: 'viewer',
  tag,
  summary: 'Get a run',
  description: 'Without its nodes, which have a list of their own.',
  params: runParams,
  query: z.strictObject({ wait: wait.optional() }),
  reply: runHead,
});

export const listNodes = operation({
  id: 'listNodes',
  method: 'get',
  path: `${RUN}/nodes`,
  role: 'viewer',
  tag,
  summary: 'List the nodes of a run',
  description: 'In the order of the file; nodes of a fan-out follow their task.',
  params: runParams,
  query: page.extend({
    limit: queryNumber(100, 1_000),
    task: z.string().max(100).optional().describe('Only nodes of this task.'),
    tasks_only: flag.describe('Without the nodes of fan-outs.'),
    status: node.shape.status.optional(),
  }),
  reply: z
    .object({ format: z.literal(1), nodes: z.array(node), next: z.string().nullable() })
    .meta({ id: 'NodeList' }),
});

export const getNode = operation({
  id: 'getNode',
  method: 'get',
  path: `${RUN}/nodes/{node}`,
  role: 'viewer',
  tag,
  summary: 'Get a node of a run',
  params: nodeParams,
  reply: node,
});

export const listEvents = operation({
  id: 'listEvents',
  method: 'get',
  path: `${RUN}/events`,
  role: 'viewer',
  tag,
  summary: 'Read the history of a run',
  params: runParams,
  query: z.strictObject({
    after: wholeNumber.default(0).describe('Only events with a greater `seq`.'),
    limit: queryNumber(500, 5_000),
  }),
  reply: z
    .object({
      format: z.literal(1),
      events: z.array(eventView),
      next: z.int().nullable().describe('For `after`; null at the end.'),
    })
    .meta({ id: 'EventList' }),
});

export const compareRuns = operation({
  id: 'compareRuns',
  method: 'get',
  path: `${RUN}/diff`,
  role: 'viewer',
  tag,
  summary: 'Compare a run with another one',
  params: runParams,
  query: z.strictObject({ with: runId.describe('The other run, of the same namespace.') }),
  reply: z
    .looseObject({ format: z.literal(1) })
    .meta({ id: 'RunDiff', description: 'As `sluice diff --json` prints it.' }),
});

const planDocument = z
  .looseObject({
    name: z.string(),
    namespace: z.string(),
    hash: z.string(),
    tasks: z.array(z.looseObject({ id: z.string() })),
  })
  .meta({
    id: 'Plan',
    description: 'A compiled workflow, as runs are made of it. Its form changes with versions of Sluice.',
  }) as unknown as z.ZodType<Plan, Plan>;

export const runPlan = operation({
  id: 'getRunPlan',
  method: 'get',
  path: `${RUN}/plan`,
  role: 'viewer',
  tag,
  summary: 'Get the compiled workflow that a run works on',
  params: runParams,
  reply: planDocument,
});

export const workflowPlan = operation({
  id: 'getWorkflowPlan',
  method: 'get',
  path: '/api/v1/namespaces/{namespace}/workflows/{workflow}/plan',
  role: 'viewer',
  tag: 'Workflows',
  summary: 'Get a compiled workflow: the one that is started, or of a version',
  description: 'Also of one that was never applied, but started from its file.',
  params: workflowParams,
  query: z.strictObject({ version: wholeNumber.optional() }),
  reply: planDocument,
});

export const runGraph = operation({
  id: 'getRunGraph',
  method: 'get',
  path: `${RUN}/graph`,
  role: 'viewer',
  tag,
  summary: 'Get the graph of a run, with the states of its nodes',
  params: runParams,
  reply: z
    .object({
      format: z.literal(1),
      run: z.string(),
      version: z.string(),
      seq: z.int().describe('Events up to this one are in it: follow the stream from here.'),
      nodes: z.array(
        z.object({
          id: z.string().describe('Id of the task.'),
          level: z.int(),
          description: z.string().nullable(),
          uses: z.string(),
          queue: z.string(),
          phase: z.string(),
          fan_out: z.string().nullable(),
          needs: z.array(z.string()),
          status: node.shape.status,
          attempts: z.int().nullable().describe('That have begun; null for a fan-out.'),
          ready_at: z.iso.datetime().nullable().describe('When it could begin: what it needs had ended.'),
          started_at: z.iso.datetime().nullable(),
          finished_at: z.iso.datetime().nullable(),
          items: z
            .int()
            .nullable()
            .describe(
              'Nodes that a fan-out has or will have; null before that is known, and for a task without.',
            ),
          states: z
            .record(z.string(), z.int())
            .nullable()
            .describe('Nodes of a fan-out by state, as far as they are there; null for a task without.'),
        }),
      ),
    })
    .meta({ id: 'RunGraph' }),
});
