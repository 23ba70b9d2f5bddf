import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printWorkflow, readWorkflows } from '../../dsl/index.ts';
import { arbitraryWorkflow } from './arbitrary-workflow.ts';
import { compileText } from './diagnose.ts';

describe('printing', () => {
  it('gives text that reads back as the same workflow', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        const text = printWorkflow(workflow);
        const { workflows, diagnostics } = readWorkflows({ path: 'printed.yaml', text });
        expect(
          diagnostics.filter(({ severity }) => severity === 'error'),
          text,
        ).toEqual([]);
        expect(workflows).toHaveLength(1);
        const [read] = workflows;
        expect([...(read?.tasks ?? [])], text).toEqual([...workflow.tasks]);
        expect({ ...read, tasks: 0 }, text).toEqual({ ...workflow, tasks: 0 });
      }),
      { numRuns: 80 },
    );
  });

  it('gives text that compiles or is told what is wrong with it, whatever it holds', () => {
    fc.assert(
      fc.property(arbitraryWorkflow, (workflow) => {
        const { plans, diagnostics } = compileText(printWorkflow(workflow));
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        expect(plans).toHaveLength(errors.length === 0 ? 1 : 0);
        for (const { message, line, column } of diagnostics) {
          expect(message).toMatch(/[.]$/);
          expect(Math.min(line, column)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('gives text that a person would write', () => {
    const text = printWorkflow({
      name: 'hello',
      tasks: new Map([
        ['greet', { run: 'echo "$NAME"', env: { NAME: '${{ inputs.name }}' } }],
        ['after', { needs: ['greet'], run: ['echo', 'done'] }],
      ]),
    });
    expect(text).toBe(`name: hello
tasks:
  greet:
    run: echo "$NAME"
    env:
      NAME: \${{ inputs.name }}
  after:
    needs:
      - greet
    run:
      - echo
      - done
`);
  });
});
