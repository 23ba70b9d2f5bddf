/** The twelve pipelines: each is a workflow without mistakes, has tests beside it that pass, and stands in the list. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './example.ts';
import { inEmptyFolder, runSluice } from './sluice-command.ts';

const FOLDER = join(ROOT, 'examples', 'pipelines');
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8');
const PIPELINES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('examples/pipelines', () => {
  it('has twelve, each with its tests and its line in the list', () => {
    expect(PIPELINES).toHaveLength(12);
    for (const name of PIPELINES) {
      expect(README).toContain(`](${name}/workflow.yaml)`);
      expect(existsSync(join(FOLDER, name, 'workflow.test.yaml')), name).toBe(true);
    }
  });

  it('has no mistake that `sluice validate` would find', async () => {
    const files = PIPELINES.map((name) => join(FOLDER, name, 'workflow.yaml'));
    const end = await inEmptyFolder((folder) => runSluice(folder, ['validate', '--json', ...files]));
    expect(end.code, end.stdout).toBe(0);
  });

  it.concurrent.each(PIPELINES)('%s passes its tests', { timeout: 60_000 }, async (name) => {
    const end = await inEmptyFolder((folder) => runSluice(folder, ['test', join(FOLDER, name)]));
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expect(end.stdout + end.stderr).toMatch(/[1-9]\d* passed/);
  });
});
