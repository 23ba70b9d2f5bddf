/** Checks resolved options against an executor's schema and says in a sentence what does not fit. */
import type { z } from 'zod';
import type { JsonObject } from '../engine/core/json.ts';
import { schemaWords } from '../engine/core/schema-words.ts';
import { TaskFailure } from '../engine/ports/executor.ts';

/** The options, typed. @throws TaskFailure `invalid_options` that names every path that does not fit. */
export function checkOptions<S extends z.ZodType>(
  schema: S,
  executor: string,
  options: JsonObject,
): z.infer<S> {
  const result = schema.safeParse(options, { error: schemaWords });
  if (result.success) return result.data;
  throw new TaskFailure('invalid_options', describeIssues(executor, result.error.issues));
}

/** One sentence per mistake, each with its path. */
export function describeIssues(executor: string, issues: readonly z.core.$ZodIssue[]): string {
  const mistakes = issues.map((issue) => {
    const path = pathText(issue.path);
    return `${path === '' ? '' : `\`${path}\`: `}${issue.message}`;
  });
  return `The options of \`${executor}\` do not fit: ${mistakes.join('; ')}.`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
