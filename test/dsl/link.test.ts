/** Sub-workflows: found in the file or in others, compiled before their parents, checked together. */
import { describe, expect, it } from 'vitest';
import { compileText, places } from './diagnose.ts';

const files = (texts: Readonly<Record<string, string>>) => ({
  readFile: (path: string) => (Object.hasOwn(texts, path) ? texts[path] : undefined),
});
const child = 'inputs: { n: integer }\ntasks: { t: { run: x } }\noutputs: { m: 1 }\n';

describe('a sub-workflow', () => {
  it('of the same file is named by its hash, whichever stands first', () => {
    const text = `name: a\ntasks: { t: { workflow: b, inputs: { n: "\${{ run.id }}" } } }\n---\nname: b\n${child}`;
    const { plans, linked } = compileText(text);
    expect(plans.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(plans[0]?.tasks[0]).toMatchObject({
      action: { uses: 'workflow', with: {} },
      child: {
        namespace: 'default',
        workflow: 'b',
        hash: plans[1]?.hash,
        inputs: { n: '${{ run.id }}' },
        detached: false,
      },
    });
    expect(linked).toEqual([]);
  });

  it('of another file is linked, with all that it runs itself, children first', () => {
    const { plans, linked, diagnostics } = compileText(
      'tasks: { t: { workflow: ./sub/one.yaml }, u: { workflow: sub/one.yaml, detached: true } }\n',
      files({
        'sub/one.yaml': 'tasks: { t: { workflow: ../two.yaml } }\n',
        'two.yaml': 'name: second\ntasks: { t: { run: x } }\n',
      }),
    );
    expect(diagnostics).toEqual([]);
    expect(linked.map(({ name }) => name)).toEqual(['second', 'one']);
    expect(plans[0]?.tasks.map((task) => task.child?.hash)).toEqual([linked[1]?.hash, linked[1]?.hash]);
    expect(linked[1]?.tasks[0]?.child?.hash).toBe(linked[0]?.hash);
    expect(plans[0]?.tasks[1]?.child?.detached).toBe(true);
  });

  it('that is only named is looked up when a run starts', () => {
    const { plans, diagnostics } = compileText(
      'namespace: team\ntasks: { t: { workflow: later }, u: { workflow: other/later } }\n',
    );
    expect(diagnostics).toEqual([]);
    expect(plans[0]?.tasks.map((task) => task.child)).toEqual([
      { namespace: 'team', workflow: 'later', inputs: {}, detached: false },
      { namespace: 'other', workflow: 'later', inputs: {}, detached: false },
    ]);
  });

  it('changes the version of its parent when it changes', () => {
    const hash = (command: string) =>
      compileText(
        'tasks: { t: { workflow: ./c.yaml } }\n',
        files({ 'c.yaml': `tasks: { t: { run: ${command} } }\n` }),
      ).plans[0]?.hash;
    expect(hash('x')).not.toBe(hash('y'));
  });

  it('with mistakes is told where it is named, with the first of them', () => {
    const { plans, diagnostics } = compileText(
      'tasks:\n  t: { workflow: ./c.yaml }\n',
      files({ 'c.yaml': 'tasks:\n  t: { run: x, nedes: y }\n' }),
    );
    expect(places(diagnostics)).toEqual(['child_invalid@2:18']);
    expect(diagnostics[0]?.message).toContain('Line 2: There is no key `nedes`');
    expect(diagnostics[0]?.hint).toContain('sluice validate c.yaml');
    expect(plans).toEqual([]);
  });

  it('may not lead back to where it came from', () => {
    const { diagnostics } = compileText(
      'name: a\ntasks:\n  t: { workflow: ./b.yaml }\n',
      files({ 'b.yaml': 'tasks: { t: { workflow: ./flow.yaml } }\n' }),
    );
    expect(places(diagnostics)).toEqual(['cycle@3:18']);
    expect(diagnostics[0]?.message).toContain('a → b → a');
  });

  it('has its outputs and inputs checked, also those that are detached', () => {
    const text = (tail: string) => `name: a\ntasks:\n  t: { workflow: b${tail}\n---\nname: b\n${child}`;
    expect(
      places(
        compileText(text(', detached: true }\n  u: { run: [x, "${{ tasks.t.outputs.run_id }}"] }'))
          .diagnostics,
      ),
    ).toEqual([]);
    expect(
      places(
        compileText(text(', detached: true }\n  u: { run: [x, "${{ tasks.t.outputs.m }}"] }')).diagnostics,
      ),
    ).toEqual(['unknown_output@4:22']);
    expect(places(compileText(text(', inputs: { n: 1.5 } }')).diagnostics)).toEqual(['bad_input@3:34']);
  });
});
