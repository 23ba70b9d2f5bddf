/** What may be written in a test file. Descriptions become the JSON Schema for editors. */
import { z } from 'zod';
import { parseDuration } from '../../engine/core/duration.ts';
import { TASK_ERROR_CODES, type TaskErrorCode } from '../../engine/core/errors.ts';
import type { Json } from '../../engine/core/json.ts';
import { NODE_STATES } from '../../engine/core/node-state.ts';

const CODES = Object.keys(TASK_ERROR_CODES) as [TaskErrorCode, ...TaskErrorCode[]];

// What reaches the schema was built as JSON, so there is nothing to check.
const json: z.ZodType<Json> = z.unknown() as z.ZodType<Json>;
const values = z.record(z.string(), json);
const texts = z.record(z.string(), z.string());
/** Issues with this text get the diagnostic of durations. */
export const BAD_DURATION = 'a duration such as `30s` or `1h30m`';
const duration = z.string().refine((text) => parseDuration(text) !== undefined, { error: BAD_DURATION });

const failure = z.strictObject({
  code: z.enum(CODES).optional().describe('Error code. Default: the one that the executor uses most.'),
  message: z.string().optional().describe('What the error says.'),
  exit_code: z.int().min(0).max(255).optional().describe('Exit code of a process.'),
  status: z.int().min(100).max(599).optional().describe('Status of a response.'),
  retry_after: duration.optional().describe('Pause that the failed work asks for.'),
});

const outcomeKeys = {
  outputs: values.optional().describe('Outputs of the task.'),
  artifacts: texts.optional().describe('Artifacts of the task: name and content. Default: empty files.'),
  fail: z
    .union([z.string().min(1), failure])
    .optional()
    .describe('The attempt fails: the message, or the parts of the error.'),
  exit_code: z.int().min(0).max(255).optional().describe('The process ends with this exit code.'),
  delay: duration.optional().describe('Virtual time until the attempt ends. Default: none.'),
  hang: z.boolean().optional().describe('The attempt never ends by itself.'),
  execute: z.boolean().optional().describe('Does the real work, in real time.'),
};

const outcome = z.strictObject(outcomeKeys);
const attempts = z.array(outcome).min(1);
const item = z.union([outcome, attempts]);

const stub = z.union([
  z.strictObject({
    ...outcomeKeys,
    items: z.array(item).min(1).optional().describe('One stub for each item of a fan-out, in order.'),
  }),
  attempts.describe('One outcome for each attempt; the last one repeats.'),
]);
export const stubs = z.record(z.string(), stub);

const who = { by: z.string().optional().describe('Who does it.') };
const answer = {
  form: values.optional().describe('Fields of the form.'),
  comment: z.string().optional(),
  ...who,
};
const happening = z.strictObject({
  at: duration.describe('Virtual time since the start of the run.'),
  signal: z.string().min(1).optional().describe('Sends this signal.'),
  payload: json.optional().describe('Payload of the signal.'),
  approve: z.string().min(1).optional().describe('Approves this task.'),
  reject: z.string().min(1).optional().describe('Rejects this task.'),
  cancel: z.literal(true).optional().describe('Cancels the run.'),
  pause: z.literal(true).optional().describe('Pauses the run.'),
  resume: z.literal(true).optional().describe('Resumes the run.'),
  reason: z.string().optional(),
  ...answer,
});
export const HAPPENINGS = ['signal', 'approve', 'reject', 'cancel', 'pause', 'resume'] as const;

const errorParts = z.strictObject({
  code: z.string().min(1).optional().describe('The error code, exactly.'),
  message: z.string().min(1).optional().describe('A part of the message.'),
  task: z.string().min(1).optional().describe('The task that failed.'),
});
const error = z.union([z.string().min(1), z.null(), errorParts]);
const span = z.union([duration, z.strictObject({ min: duration.optional(), max: duration.optional() })]);
const count = z.int().min(0);
const status = z.enum(NODE_STATES);

const node = z.union([
  status,
  z.strictObject({
    status: status.optional().describe('State of the node.'),
    attempts: count.optional().describe('How often it was tried.'),
    outputs: values.optional().describe('Outputs that it has; others are not looked at.'),
    error: error.optional().describe('Its last error; null for none.'),
    env: values.optional().describe('Environment that its last attempt was given; others are not looked at.'),
    with: values.optional().describe('Options that its last attempt was given; others are not looked at.'),
    duration: span.optional().describe('Virtual time of its last attempt.'),
  }),
]);

const names = z.array(z.string().min(1)).min(1);
export const expectation = z.strictObject({
  status: z
    .enum(['succeeded', 'failed', 'cancelled'])
    .optional()
    .describe('How the run ends. Default: succeeded.'),
  tasks: z.record(z.string(), node).optional().describe('How tasks, or nodes such as `resize[3]`, end.'),
  outputs: values.optional().describe('Outputs of the run; others are not looked at.'),
  error: error.optional().describe('Error of the run: a part of its text, its parts, or null.'),
  order: z
    .union([names, z.array(names).min(1)])
    .optional()
    .describe('Tasks, each of which ends before the next begins; or several such lists.'),
  attempts: z.record(z.string(), count).optional().describe('How often nodes were tried.'),
  not_run: z
    .union([z.string().min(1), names])
    .optional()
    .describe('Tasks that never began.'),
  duration: span.optional().describe('Virtual time of the whole run: exactly, or `min` and `max`.'),
});

const shared = {
  inputs: values.optional().describe('Inputs of the run.'),
  now: z.string().optional().describe('Virtual time of the start, RFC 3339. Default: 2026-01-01T00:00:00Z.'),
  trigger: z
    .looseObject({ type: z.string().min(1).default('manual') })
    .optional()
    .describe('What starts the run, as `trigger` in expressions; `logical_time` gives `run.logical_time`.'),
  secrets: texts.optional().describe('Values of secrets. Default: `secret-NAME`.'),
  stubs: stubs
    .optional()
    .describe('What stands for tasks: by `task`, `task[3]`, `workflow/task`, or `*` for all others.'),
};

export const testCase = z.strictObject({
  name: z.string().min(1).max(200).describe('What is tested, as a sentence. No two tests have the same.'),
  ...shared,
  timeline: z.array(happening).optional().describe('What happens from outside while the run goes on.'),
  expect: expectation.optional().describe('What must be true in the end. Default: the run succeeds.'),
  skip: z.union([z.boolean(), z.string()]).optional().describe('Leaves the test out; a text says why.'),
});

export const testFile = z.strictObject({
  workflow: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Workflow file, from the folder of this file; `file.yaml#name` for one of several. Default: the file beside it.',
    ),
  description: z.string().optional(),
  ...shared,
  tests: z.array(testCase).min(1).describe('The tests.'),
});

export type TestFileSource = z.infer<typeof testFile>;
export type TestCaseSource = z.infer<typeof testCase>;
export type StubSource = z.infer<typeof stub>;
export type OutcomeSource = z.infer<typeof outcome>;
export type HappeningSource = z.infer<typeof happening>;
export type ExpectationSource = z.infer<typeof expectation>;
export type NodeExpectation = z.infer<typeof node>;
export type ErrorExpectation = z.infer<typeof error>;
export type SpanExpectation = z.infer<typeof span>;
