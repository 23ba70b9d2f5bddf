/** What pages about a workflow need beside the workflow itself: how its last runs went, its start form, the schema of its file. */
import { z } from 'zod';
import { NODE_STATES } from '../../engine/core/node-state.ts';
import { declaredFields } from '../contract/json.ts';
import { runLine } from '../contract/list.ts';
import { queryNumber, wholeNumber, workflowParams } from '../contract/names.ts';
import { operation } from '../operation.ts';
import { WORKFLOW } from './workflows.ts';

const tag = 'Workflows';

export const workflowHistory = operation({
  id: 'getWorkflowHistory',
  method: 'get',
  path: `${WORKFLOW}/history`,
  role: 'viewer',
  tag,
  summary: 'How each task went in the last runs of a workflow',
  description: 'Of the first 500 tasks; a fan-out is one task, with its own state.',
  params: workflowParams,
  query: z.strictObject({ runs: queryNumber(25, 50) }),
  reply: z
    .object({
      format: z.literal(1),
      tasks: z
        .array(z.string())
        .describe('Ids, in the order of the newest file; those that it lost come last.'),
      more_tasks: z.int().describe('Tasks that are left out.'),
      runs: z
        .array(
          runLine.extend({
            version: z.string().describe('Hash of the compiled workflow.'),
            states: z
              .array(z.enum(NODE_STATES).nullable())
              .describe('By `tasks`; null where the run has no such task.'),
            ms: z.array(z.int().nullable()).describe('How long each took; null before its end.'),
          }),
        )
        .describe('Newest first.'),
    })
    .meta({ id: 'WorkflowHistory' }),
});

export const startForm = operation({
  id: 'getStartForm',
  method: 'get',
  path: `${WORKFLOW}/form`,
  role: 'viewer',
  tag,
  summary: 'What a run of a workflow may be started with',
  description: 'Also of one that was never applied, but started from its file.',
  params: workflowParams,
  query: z.strictObject({ version: wholeNumber.optional() }),
  reply: z
    .object({
      format: z.literal(1),
      workflow: z.string(),
      version: z.string().describe('Hash of the compiled workflow.'),
      description: z.string().nullable(),
      inputs: declaredFields,
      secrets: z
        .array(
          z.object({
            name: z.string(),
            stored: z
              .boolean()
              .describe('False: only a worker that has it in its environment or a file knows it.'),
          }),
        )
        .describe('That it names, in its order; whether they are in the store of the namespace.'),
    })
    .meta({ id: 'StartForm' }),
});

export const workflowSchema = operation({
  id: 'workflowSchema',
  method: 'get',
  path: '/schema/v1.json',
  role: 'public',
  tag,
  summary: 'The JSON Schema of workflow files, for editors',
  description: 'With the executors of this installation.',
  headers: { 'if-none-match': 'ETag that is known.' },
  reply: z.looseObject({ title: z.string() }),
});
