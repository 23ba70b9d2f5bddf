/** Commands that look: what a run would do, what it did otherwise than another, why; through the real program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';

const FLOW = `
name: report
inputs:
  count: { type: integer, default: 3 }
triggers:
  - cron: "0 6 * * *"
    timezone: Europe/Berlin
tasks:
  list: { run: 'echo "n=$N" >> "$SLUICE_OUTPUT"', env: { N: "\${{ inputs.count }}" }, outputs: { n: integer } }
  each: { foreach: "\${{ range(0, inputs.count) }}", max_parallel: 2, needs: list, run: "true" }
  more: { foreach: "\${{ range(0, tasks.list.outputs.n) }}", run: "true" }
  alarm: { needs: [{ task: each, when: failure }], run: "true" }
outputs: { n: "\${{ tasks.list.outputs.n }}" }
`;

const folder = cliFolder();
const runs: string[] = [];

beforeAll(async () => {
  await buildIfStale();
  folder.write('report.yaml', FLOW);
}, 180_000);

afterAll(() => folder.remove());

describe('before the first run', () => {
  it('plan tells nodes, levels, what is skipped and the next times, without Redis', {
    timeout: 60_000,
  }, async () => {
    const { code, stdout, stderr } = await folder.run([
      'plan',
      'report.yaml',
      '--input',
      'count=5',
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({
      workflow: 'report',
      learned_from: 0,
      estimate_ms: null,
      inputs: { count: 5 },
    });
    expect(
      plan.tasks.map((one: { task: string; nodes: number; expected: string }) => [
        one.task,
        one.nodes,
        one.expected,
      ]),
    ).toEqual([
      ['list', 1, 'runs'],
      ['each', 5, 'runs'],
      ['more', null, 'runs'],
      ['alarm', 1, 'skipped'],
    ]);
    expect(plan.next_runs[0].at).toHaveLength(3);
  });

  it('types are written from the file', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await folder.run(['types', 'report.yaml']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('export interface ReportOutputs {\n  readonly n: number;\n}');
  });
});

describe('after two runs', () => {
  beforeAll(async () => {
    for (const count of [2, 4]) {
      const { stdout, stderr } = await folder.run([
        'run',
        'report.yaml',
        '--input',
        `count=${count}`,
        '--json',
        '-q',
      ]);
      expect(stdout, stderr).toContain('{');
      runs.push(JSON.parse(stdout).id);
    }
  }, 120_000);

  it('diff tells inputs, outputs and where they parted', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await folder.run(['diff', ...runs]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Inputs:\n  count: 2 → 4');
    expect(stdout).toContain('Definition: the same');
    expect(stdout).toContain('First divergence:\n  list.n: 2 → 4');
  });

  it('explain tells why a task was passed over, and plan has learned how long tasks take', {
    timeout: 60_000,
  }, async () => {
    const { stdout } = await folder.run(['explain', `${runs[0]}/alarm`]);
    expect(stdout).toContain('alarm skipped\n');
    expect(stdout).toContain('each succeeded, which counts as skipped for `when: failure`.');
    expect((await folder.run(['explain', `${runs[0]}/nothing`])).code).toBe(4);
    const plan = await folder.run(['plan', 'report.yaml']);
    expect(plan.stdout).toContain('Times are learned from the last 2 runs that succeeded.');
    expect(plan.stdout).toMatch(/Critical path, about .+: list → /);
  });
});
