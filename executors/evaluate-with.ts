import type { z } from 'zod';
import type { JsonObject } from '../engine/core/json.ts';
import { schemaWords } from '../engine/core/schema-words.ts';
import type { EngineOutcome } from '../engine/ports/executor.ts';
import { describeIssues } from './options.ts';

/** Checks the options of an engine executor and evaluates; options that do not fit are its failure, never a throw. */
export function evaluateWith<S extends z.ZodType>(
  schema: S,
  executor: string,
  options: JsonObject,
  evaluate: (checked: z.infer<S>) => EngineOutcome,
): EngineOutcome {
  const result = schema.safeParse(options, { error: schemaWords });
  if (result.success) return evaluate(result.data);
  const message = describeIssues(executor, result.error.issues);
  return { kind: 'failed', error: { code: 'invalid_options', message } };
}
