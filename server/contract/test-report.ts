/** What became of the tests of one file, as `sluice test --json` prints it for each of its files. */
import { z } from 'zod';
import { json } from './json.ts';

const unmet = z.object({
  message: z.string().describe('A sentence: what was expected, and what came.'),
  line: z.int().describe('From 1, in the text of the tests.'),
  column: z.int(),
  at: z.string().describe('Where it is written, such as tests.0.expect.status.'),
  expected: json.optional(),
  actual: json.optional(),
  why: z.string().optional(),
});

export const testReport = z.object({
  name: z.string(),
  line: z.int(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  duration_ms: z.number(),
  virtual_ms: z.number().describe('How long the run took on its own clock, ms.'),
  unmet: z.array(unmet),
  reason: z.string().optional().describe('Why it was skipped.'),
});
