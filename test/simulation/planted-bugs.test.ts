import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSources, countMatches, plant, runSeeds } from './bugs/apply.ts';
import { BUGS } from './bugs/list.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Seeds within which a planted bug must be noticed. */
const SEEDS = 1_000;

describe('planted bugs', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-bugs-'));
    compileSources(ROOT, join(folder, 'sound'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(BUGS)(
    'notices: $name',
    async (bug) => {
      expect(countMatches(ROOT, bug)).toBe(1);
      const copy = join(folder, String(BUGS.indexOf(bug)));
      plant(ROOT, join(folder, 'sound'), copy, bug);
      const { output, failed } = await runSeeds(copy, bug.firstSeed ?? 1, SEEDS);
      expect(failed, output.slice(0, 1_000)).toBe(true);
      const violated = bug.caughtBy.filter((invariant) => output.includes(`\n  ${invariant}: `));
      expect(violated, output.slice(0, 2_000)).not.toEqual([]);
    },
    150_000,
  );
});
