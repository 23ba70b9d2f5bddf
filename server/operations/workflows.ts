/** Workflows that are applied: store them, and look at them. */
import { z } from 'zod';
import { diagnostic, graph } from '../contract/definition.ts';
import { declaredFields } from '../contract/json.ts';
import { runLine } from '../contract/list.ts';
import { flag, namespaceParams, page, shortText, wholeNumber, workflowParams } from '../contract/names.ts';
import { besideSource, SENT_BYTES, source } from '../contract/sent-file.ts';
import { operation } from '../operation.ts';

const tag = 'Workflows';
const WORKFLOWS = '/api/v1/namespaces/{namespace}/workflows';
export const WORKFLOW = `${WORKFLOWS}/{workflow}`;

export const workflowLine = z
  .object({
    namespace: z.string(),
    name: z.string(),
    version: z.int(),
    plan: z.string().describe('Hash of the compiled workflow.'),
    applied_at: z.iso.datetime(),
    description: z.string().nullable(),
    tasks: z.int(),
    schedules: z.array(z.int()).describe('Triggers that are schedules, by number.'),
    recent: z.array(runLine).optional().describe('With the query `recent`: its newest runs, newest first.'),
  })
  .meta({ id: 'WorkflowLine' });

export const listWorkflows = operation({
  id: 'listWorkflows',
  method: 'get',
  path: WORKFLOWS,
  role: 'viewer',
  tag,
  summary: 'List applied workflows, by name',
  params: namespaceParams,
  query: page.extend({
    search: shortText.optional().describe('Only those whose name or description has this in it.'),
    recent: wholeNumber.pipe(z.int().max(20)).optional().describe('Newest runs of each, at most 20.'),
  }),
  reply: z
    .object({ format: z.literal(1), workflows: z.array(workflowLine), next: z.string().nullable() })
    .meta({ id: 'WorkflowList' }),
});

const versionLine = z.object({ number: z.int(), plan: z.string(), applied_at: z.iso.datetime() });

const trigger = z.looseObject({ kind: z.enum(['cron', 'every', 'at', 'after', 'webhook', 'kafka']) });

export const getWorkflow = operation({
  id: 'getWorkflow',
  method: 'get',
  path: WORKFLOW,
  role: 'viewer',
  tag,
  summary: 'Get a workflow, with its versions',
  description:
    'Its ETag is what `If-Match` takes when it is changed; with If-None-Match an unchanged one is answered 304.',
  params: workflowParams,
  headers: { 'if-none-match': 'ETag that is known.' },
  reply: z
    .object({
      format: z.literal(1),
      namespace: z.string(),
      name: z.string(),
      revision: z.int(),
      version: z.int().describe('The one that is started.'),
      description: z.string().nullable(),
      inputs: declaredFields,
      triggers: z
        .array(trigger)
        .describe('What starts it, in the order of the file; the index is the number.'),
      versions: z.array(versionLine).describe('Newest first.'),
    })
    .meta({ id: 'Workflow' }),
});

export const getVersion = operation({
  id: 'getVersion',
  method: 'get',
  path: `${WORKFLOW}/versions/{version}`,
  role: 'viewer',
  tag,
  summary: 'Get a version of a workflow',
  params: workflowParams.extend({ version: wholeNumber }),
  reply: versionLine
    .extend({
      format: z.literal(1),
      inputs: declaredFields,
      tasks: z.array(z.string()),
      has_folder: z.boolean().describe('It was applied with a folder of files.'),
      source: z
        .string()
        .nullable()
        .describe('The file as it was applied; null where only its plan is known.'),
    })
    .meta({ id: 'WorkflowVersion' }),
});

export const applyWorkflow = operation({
  id: 'applyWorkflow',
  method: 'put',
  path: WORKFLOW,
  role: 'operator',
  tag,
  summary: 'Make a file the current version of a workflow',
  description:
    'The file must hold this workflow, and none of another namespace. With If-Match only if nobody has changed it since (else 412), ' +
    'with `If-None-Match: *` only if there is none.',
  params: workflowParams,
  query: z.strictObject({ dry_run: flag.describe('Only say what would change.') }),
  headers: { 'if-match': 'ETag of the workflow as it was seen.', 'if-none-match': '`*`: only a new one.' },
  bodyBytes: SENT_BYTES,
  body: z.strictObject({
    source,
    ...besideSource,
    folder_of: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Number of the version whose folder goes along, instead of an uploaded `folder`. Default: none.',
      ),
  }),
  reply: z
    .object({
      format: z.literal(1),
      namespace: z.string(),
      name: z.string(),
      change: z.enum(['created', 'updated', 'unchanged']),
      version: z.int(),
      diagnostics: z.array(diagnostic).describe('Warnings.'),
    })
    .meta({ id: 'Applied' }),
});

export const removeWorkflow = operation({
  id: 'removeWorkflow',
  method: 'delete',
  path: WORKFLOW,
  role: 'operator',
  tag,
  summary: 'Remove a workflow with its schedules; its runs stay',
  params: workflowParams,
  status: 204,
});

export const rollbackWorkflow = operation({
  id: 'rollbackWorkflow',
  method: 'post',
  path: `${WORKFLOW}/rollback`,
  role: 'operator',
  tag,
  summary: 'Make an earlier version the current one',
  params: workflowParams,
  body: z.strictObject({ version: z.int().min(1) }),
  reply: z.object({ format: z.literal(1), namespace: z.string(), name: z.string(), version: z.int() }),
});

export const workflowGraph = operation({
  id: 'getWorkflowGraph',
  method: 'get',
  path: `${WORKFLOW}/graph`,
  role: 'viewer',
  tag,
  summary: 'Get the graph of a workflow',
  params: workflowParams,
  query: z.strictObject({ version: wholeNumber.optional() }),
  reply: graph,
});

export const drawWorkflow = operation({
  id: 'drawWorkflow',
  method: 'get',
  path: `${WORKFLOW}/graph/{drawing}`,
  role: 'viewer',
  tag,
  summary: 'Draw the graph of a workflow',
  params: workflowParams.extend({ drawing: z.enum(['mermaid', 'dot', 'svg']) }),
  query: z.strictObject({ version: wholeNumber.optional() }),
  raw: { mediaType: 'text/plain', description: 'The drawing, as text; of svg as an attachment.' },
});
