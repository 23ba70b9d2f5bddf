/** A workflow that is looked at before it runs: checked, planned, tested. Nothing is stored. */
import { z } from 'zod';
import { diagnostic, graph } from '../contract/definition.ts';
import { declaredFields } from '../contract/json.ts';
import { name, namespaceParams } from '../contract/names.ts';
import { besideSource, SENT_BYTES, source } from '../contract/sent-file.ts';
import { testReport } from '../contract/test-report.ts';
import { operation } from '../operation.ts';
import { values } from './runs.ts';

const tag = 'Workflows';

export const validateWorkflows = operation({
  id: 'validateWorkflows',
  method: 'post',
  path: '/api/v1/namespaces/{namespace}/validate',
  role: 'viewer',
  tag,
  summary: 'Check a workflow file',
  description: 'All mistakes at once, as `sluice validate` finds them. Nothing is stored.',
  params: namespaceParams,
  bodyBytes: SENT_BYTES,
  body: z.strictObject({
    source,
    file: z.string().max(200).optional().describe('Its name in diagnostics. Default: workflow.yaml.'),
    files: besideSource.files,
  }),
  reply: z
    .object({
      format: z.literal(1),
      valid: z.boolean(),
      workflows: z.array(
        z.object({
          namespace: z.string(),
          name: z.string(),
          version: z.string(),
          tasks: z.array(z.string()),
          inputs: declaredFields,
          graph,
        }),
      ),
      diagnostics: z.array(diagnostic),
    })
    .meta({ id: 'Validation' }),
});

export const testWorkflows = operation({
  id: 'testWorkflows',
  method: 'post',
  path: '/api/v1/namespaces/{namespace}/test',
  role: 'operator',
  tag,
  summary: 'Run the tests of a workflow file',
  description:
    'As `sluice test` does: in memory, on virtual time, with stubs for all work. Nothing is stored, and nothing is executed: a stub that wants the real work ' +
    'done fails its test. Ten seconds at most; one request after another.',
  params: namespaceParams,
  bodyBytes: SENT_BYTES,
  body: z.strictObject({
    source,
    tests: z.string().max(1_000_000).describe('Text of the tests, as in a file `NAME.test.yaml`.'),
    file: z.string().max(200).optional().describe('Name of the workflow file. Default: workflow.yaml.'),
    files: besideSource.files,
  }),
  reply: z
    .object({
      format: z.literal(1),
      passed: z.int(),
      failed: z.int(),
      skipped: z.int(),
      diagnostics: z.array(diagnostic).describe('Mistakes of either file; with errors no test was run.'),
      tests: z.array(testReport),
    })
    .meta({ id: 'TestReport' }),
});

export const planWorkflow = operation({
  id: 'planWorkflow',
  method: 'post',
  path: '/api/v1/namespaces/{namespace}/plan',
  role: 'viewer',
  tag,
  summary: 'What a run would do, without running it',
  params: namespaceParams,
  bodyBytes: SENT_BYTES,
  body: z
    .strictObject({
      workflow: name.optional().describe('An applied workflow.'),
      version: z.int().min(1).optional(),
      source: source
        .optional()
        .describe('Or the text of a workflow file: its first workflow, or the one named by `workflow`.'),
      file: besideSource.file,
      files: besideSource.files,
      inputs: values.optional(),
    })
    .refine(
      ({ workflow, source }) => workflow !== undefined || source !== undefined,
      'needs one of workflow and source',
    ),
  reply: z
    .looseObject({ format: z.literal(1), workflow: z.string(), version: z.string() })
    .meta({ id: 'Forecast', description: 'As `sluice plan --json` prints it.' }),
});
