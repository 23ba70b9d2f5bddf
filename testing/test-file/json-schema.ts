/** The JSON Schema of test files, for editors and for suggestions. */
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../engine/core/json.ts';
import { testFile } from './schema.ts';

let made: JsonObject | undefined;

/** Draft 7, which editors know best. */
export function testFileJsonSchema(): JsonObject {
  made ??= make();
  return made;
}

function make(): JsonObject {
  const options = { target: 'draft-7', unrepresentable: 'any', io: 'input', reused: 'inline' } as const;
  const schema: unknown = z.toJSONSchema(testFile, options);
  return { ...(isJsonObject(schema) ? schema : {}), title: 'Sluice workflow tests' };
}
