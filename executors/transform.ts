/** `uses: transform`: makes outputs from expressions, without a worker. */
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../engine/core/json.ts';
import type { EngineExecutor } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';

const transformOptions = z.strictObject({
  value: z
    .record(z.string(), z.unknown(), { error: 'expected an object; its fields become the outputs' })
    .describe('An object. Its fields are the outputs; values may be expressions.'),
});

export function transformExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'transform',
    summary: 'Computes outputs with expressions, without a worker.',
    options: transformOptions,
    // The value as it came, for a schema may drop a member with an odd name such as `__proto__`.
    evaluate: (options) =>
      evaluateWith(transformOptions, 'transform', options, () => ({
        kind: 'succeeded',
        outputs: fieldsOf(options),
      })),
  };
}

function fieldsOf(options: JsonObject): JsonObject {
  const value = options['value'];
  return isJsonObject(value) ? value : {};
}
