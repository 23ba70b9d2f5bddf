/** `uses: fail`: fails on purpose, for example in a branch that must not be reached. */
import { z } from 'zod';
import type { EngineExecutor } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';

const failOptions = z.strictObject({
  message: z
    .string()
    .min(1, { error: 'the text is empty' })
    .default('The task failed on purpose.')
    .describe('What the error says.'),
});

export function failExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'fail',
    summary: 'Fails with a message.',
    options: failOptions,
    fixedOutputs: {},
    evaluate: (options) =>
      evaluateWith(failOptions, 'fail', options, ({ message }) => ({
        kind: 'failed',
        error: { code: 'failed', message },
      })),
  };
}
