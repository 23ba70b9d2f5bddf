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

  it('accepts what stands around tasks', () => {
    expect(
      accepts(`name: w
secrets: [TOKEN]
triggers:
  - { cron: "0 6 * * *", timezone: Europe/Berlin, overlap: skip }
  - { webhook: { path: a, secret: TOKEN } }
concurrency: { key: a, limit: 1, on_limit: reject }
retention: { age: { failed: 30d }, count: 10 }
notify: [ops, { channel: dev, on: [recovered] }]
templates: { base: { uses: http, retry: 2 } }
tasks:
  a: { extends: base, with: { url: "https://a.b" }, compensate: { run: undo } }
  b: { workflow: ./child.yaml, inputs: { n: "\${{ tasks.a.outputs.status }}" }, concurrency: { key: b, limit: 2 } }
on_failure: { alarm: { run: alarm } }
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
    for (const head of [
      'triggers: [{ corn: "0 6 * * *" }]',
      'concurrency: { key: a }',
      'on_finish: { b: { uses: htp } }',
      'templates: { b: { uses: http, with: { ulr: x } } }',
      'retention: { age: 3 }',
      'notify: { channel: ops, on: retry }',
    ]) {
      expect(accepts(`${head}\ntasks: { a: { run: x } }`), head).toBe(false);
    }
    expect(accepts('tasks: { a: { run: x, compensate: { uses: htp } } }')).toBe(false);
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
