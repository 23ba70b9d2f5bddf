import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { workflowJsonSchema } from '../../dsl/index.ts';
import { writeSchema } from '../../dsl/write-schema.ts';
import { executors } from './diagnose.ts';

const schema = workflowJsonSchema(executors);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
const accepts = (yaml: string) => validate(parse(yaml));

describe('the JSON Schema', () => {
  it('accepts what the language has', () => {
    expect(
      accepts(`name: w
inputs: { year: { type: integer, default: 2014 }, city: string }
defaults: { retry: { attempts: 3, delay: 1s }, timeout: 2m }
tasks:
  a: { run: [node, x, "\${{ inputs.year }}"], artifacts: { csv: w.csv } }
  b: { uses: http, with: { url: "\${{ inputs.city }}", max_bytes: "\${{ inputs.year }}" } }
  c: { needs: [a, { task: b, when: [success, skipped] }], foreach: "\${{ tasks.a.outputs.x }}", run: x, max_failures: 20% }
`),
      JSON.stringify(validate.errors),
    ).toBe(true);
  });

  it('refuses what it has not', () => {
    for (const task of [
      'run: x, retrys: 3',
      'run: x, timeout: 3',
      'run: x, priority: 10',
      'run: x, trigger_rule: any',
      'uses: htp',
      'uses: http, with: { ulr: x }',
    ]) {
      expect(accepts(`tasks: { a: { ${task} } }`), task).toBe(false);
    }
    expect(accepts('tasks: { "a b": { run: x } }')).toBe(false);
    expect(accepts('name: w')).toBe(false);
  });

  it('describes every key, so that editors can', () => {
    const undescribed: string[] = [];
    const look = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, property] of Object.entries((node as { properties?: object }).properties ?? {})) {
        if (!(property as { description?: string }).description) undescribed.push(`${path}.${key}`);
        look(property, `${path}.${key}`);
      }
      for (const branch of (node as { anyOf?: unknown[] }).anyOf ?? []) look(branch, path);
      look((node as { additionalProperties?: unknown }).additionalProperties, `${path}.*`);
      look((node as { items?: unknown }).items, `${path}[]`);
    };
    look(workflowJsonSchema(), '');
    expect(undescribed).toEqual([]);
  });

  it('is written as a file by the build', () => {
    const folder = mkdtempSync(join(tmpdir(), 'schema-'));
    try {
      writeSchema(join(folder, 'workflow.schema.json'));
      expect(JSON.parse(readFileSync(join(folder, 'workflow.schema.json'), 'utf8'))).toMatchObject({
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
