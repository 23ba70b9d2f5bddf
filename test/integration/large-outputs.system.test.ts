/** Outputs of two megabytes through the real program: written, read downstream, shown, and gone with their run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIfStale } from '../support/build.ts';
import { cliFolder } from '../support/cli.ts';

const WORKFLOW = `
name: large
tasks:
  make:
    uses: module
    with: { file: large.mjs, export: make }
    outputs: { text: string, list: array, n: integer }
  read:
    uses: module
    with: { file: large.mjs, export: read, args: { text: "\${{ tasks.make.outputs.text }}" } }
    outputs: { length: integer }
  each:
    foreach: \${{ tasks.make.outputs.list }}
    run: echo "id=$ID" >> "$SLUICE_OUTPUT"
    env: { ID: "\${{ item.id }}" }
    outputs: { id: integer }
  copy:
    uses: transform
    with: { value: { twice: "\${{ tasks.make.outputs.text }}" } }
outputs:
  length: \${{ tasks.read.outputs.length }}
  ids: \${{ tasks.each.outputs.id }}
  text: \${{ tasks.copy.outputs.twice }}
`;

const MODULE = `
export const make = () => ({
  n: 3,
  text: 'x'.repeat(2_000_000),
  list: [1, 2, 3].map((id) => ({ id, pad: 'y'.repeat(20_000) })),
});
export const read = ({ text }) => ({ length: text.length });
`;

const TOO_LARGE = `
name: too-large
tasks:
  make:
    uses: module
    with: { file: too-large.mjs, export: make }
`;

const folder = cliFolder();

beforeAll(async () => {
  await buildIfStale();
  folder.write('large.yaml', WORKFLOW);
  folder.write('large.mjs', MODULE);
  folder.write('too-large.yaml', TOO_LARGE);
  folder.write('too-large.mjs', "export const make = () => ({ text: 'x'.repeat(70_000_000) });\n");
}, 120_000);

afterAll(() => folder.remove());

describe('outputs of two megabytes', () => {
  it('are read by tasks, a fan-out and the run, and by whoever looks at it', async () => {
    const { code, stdout, stderr } = await folder.run(['run', 'large.yaml', '--json']);
    expect(code, stderr).toBe(0);
    const run = JSON.parse(stdout);
    expect([run.outputs.length, run.outputs.ids, run.outputs.text.length]).toEqual([
      2_000_000,
      [1, 2, 3],
      2_000_000,
    ]);
    const shown = JSON.parse((await folder.run(['show', run.id, '--json'])).stdout);
    const make = shown.nodes.find(({ id }: { id: string }) => id === 'make');
    expect([make.outputs.n, make.outputs.text.length, make.outputs.list.length]).toEqual([3, 2_000_000, 3]);
  }, 60_000);

  it('are refused beyond the bound, with the way to take instead', async () => {
    const { code, stdout } = await folder.run(['run', 'too-large.yaml', '--json']);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe('output_too_large');
    expect(error.message).toMatch(/at most \d+ are taken.*`artifacts:`.*`files:`/s);
  }, 60_000);
});
