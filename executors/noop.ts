/** `uses: noop`: does nothing, for a place where branches meet. */
import { z } from 'zod';
import type { EngineExecutor } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';

const noopOptions = z.strictObject({});

export function noopExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'noop',
    summary: 'Does nothing and succeeds.',
    options: noopOptions,
    fixedOutputs: {},
    evaluate: (options) =>
      evaluateWith(noopOptions, 'noop', options, () => ({ kind: 'succeeded', outputs: {} })),
  };
}
