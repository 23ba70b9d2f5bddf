/** Writes the JSON Schema that is shipped; the build calls it. */
import { writeFileSync } from 'node:fs';
import { BUILTIN_FACTS } from './executor-facts.ts';
import { workflowJsonSchema } from './json-schema.ts';

export function writeSchema(path: string): void {
  writeFileSync(path, `${JSON.stringify(workflowJsonSchema(BUILTIN_FACTS), null, 2)}\n`);
}
