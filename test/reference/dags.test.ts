import { describe, expect, it } from 'vitest';
import { testWorkflow } from '../../testing/index.ts';
import { differences, draftOf } from './compare.ts';

/** More of them: `npm run fuzz -- --only dags --count 10000`. */
const FIRST = 1;
const COUNT = 80;
/** Found by the long form: a fan-out without any success, a cancel of one whose failure budget was spent. */
const REGRESSIONS = [116, 274];

async function disagreements(seeds: readonly number[]): Promise<string[]> {
  const found: string[] = [];
  for (const seed of seeds)
    for (const difference of await differences(draftOf(seed))) found.push(`seed ${seed}: ${difference}`);
  return found;
}

describe('the engine and the reference interpreter', () => {
  it('agree on the ends, attempts and values of random workflows', { timeout: 120_000 }, async () => {
    const seeds = Array.from({ length: COUNT }, (_, i) => FIRST + i).filter(
      (seed) => !REGRESSIONS.includes(seed),
    );
    expect(await disagreements(seeds)).toEqual([]);
  });

  it.each(REGRESSIONS)('agree on seed %d, where they once did not', async (seed) => {
    expect(await disagreements([seed])).toEqual([]);
  });
});

describe('the outputs of a fan-out', () => {
  it('are lists of null when it succeeded without any of its nodes', async () => {
    const played = await testWorkflow({
      text: `
tasks:
  each: { foreach: [1, 2], max_failures: 2, run: [work] }
  after: { uses: transform, with: { value: { all: "\${{ tasks.each.outputs.rows }}" } }, needs: each }
outputs: { all: "\${{ tasks.after.outputs.all }}" }`,
      stubs: { each: { fail: { code: 'exit_code', message: 'no' } } },
    });
    expect(played.status).toBe('succeeded');
    expect(played.outputs).toEqual({ all: [null, null] });
  });

  it('are none under a name that no node used', async () => {
    const played = await testWorkflow({
      text: `
tasks:
  each: { foreach: [1, 2], run: [work] }
  after: { run: [work], env: { X: "\${{ tasks.each.outputs.rosw }}" } }`,
      stubs: { each: { outputs: { rows: 1 } }, after: {} },
    });
    expect(played.node('after').status).toBe('failed');
  });
});
