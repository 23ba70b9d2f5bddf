import { describe, expect, it } from 'vitest';
import { workflowTests } from '../../cli/compose/workflow-tests.ts';
import { createHost } from '../../cli/host.ts';
import { compileWorkflows } from '../../dsl/index.ts';
import { planGraphOf } from '../../engine/runtime/client/plan-graph.ts';
import { builtinExecutors } from '../../executors/index.ts';
import { firstTests } from '../../web/editor/first-tests.ts';

const test = workflowTests(createHost());

async function beginning(text: string) {
  const file = { path: 'flow.yaml', text };
  const compiled = compileWorkflows(file, { executors: builtinExecutors() });
  const [plan] = compiled.plans;
  if (plan === undefined) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'));
  const { namespace, name, hash: version, inputs } = plan;
  const tests = firstTests({
    namespace,
    name,
    version,
    inputs,
    tasks: plan.tasks.map(({ id }) => id),
    graph: planGraphOf(plan),
  });
  return { tests, report: await test({ file, compiled, tests }) };
}

describe('the tests that a workflow begins with', () => {
  it.each([
    'tasks: { a: { run: echo a } }',
    `
inputs:
  city: { type: enum, enum: ["O'slo: #1", Berlin], required: true }
  year: { type: integer, required: true, minimum: 1990 }
  share: { type: number, required: true, maximum: 0.5 }
  on: { type: date, required: true }
  at: { type: datetime, required: true }
  every: { type: duration, required: true }
  tags: { type: array, required: true, items: { type: string } }
  more: { type: object, required: true }
  is: { type: boolean, required: true }
  what: { type: string, required: true }
  not: { type: string, default: needed }
tasks:
  a: { run: echo "$CITY", env: { CITY: "\${{ inputs.city }}" } }`,
    `
tasks:
  first: { uses: approval }
  second: { uses: approval, needs: first }
  a: { run: echo a, needs: second }`,
  ])('pass: %#', async (text) => {
    const { tests, report } = await beginning(text);
    expect(report, tests).toMatchObject({ passed: 1, failed: 0, diagnostics: [] });
  });

  it('name no input that has a value of its own', async () => {
    const { tests } = await beginning(
      'inputs: { city: { type: string, default: Oslo } }\ntasks: { a: { run: echo a } }',
    );
    expect(tests).not.toContain('inputs');
  });
});
