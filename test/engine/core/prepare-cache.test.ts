/** What makes two pieces of work the same, for `cache`. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../engine/core/json.ts';
import { prepareTicket } from '../../../engine/core/prepare.ts';
import { aFanOut, aPlan, aRun, aTask, RUN_ID, START_MS, type TaskDraft } from '../../support/run-builder.ts';

interface Draft extends Partial<TaskDraft> {
  readonly inputs?: { readonly [name: string]: Json };
  readonly artifact?: string;
}

const BASE: Draft = {
  cache: { key: '${{ inputs.year }}', files: ['src/**'], ttlMs: 5_000 },
  inputs: { year: 2015 },
  action: { uses: 'work', with: { script: 'x' } },
};

function cacheOf(change: Draft = {}, id = RUN_ID) {
  const { inputs = {}, artifact = 'sha', ...task } = { ...BASE, ...change };
  const plan = aPlan(['up', aTask('a', ['up'], task)], { secrets: ['S'] });
  const ref = {
    artifact: `k-${id}`,
    run: id,
    name: 'csv',
    bytes: 1,
    sha256: createHash('sha256').update(artifact).digest('hex'),
  };
  const run = aRun({ up: 'succeeded', a: 'queued' }, { plan, inputs, left: { up: { a: { csv: ref } } } });
  const record = run.nodes[1];
  if (record) Object.assign(record, { attempt: 1, queuedAt: START_MS });
  const prepared = prepareTicket(
    { ...run, header: { ...run.header, id } },
    { shard: 0, node: 1, delivery: 0 },
  );
  if ('error' in prepared) throw new Error(prepared.error.message);
  return prepared.value.cache;
}

it('a ticket has its key, files and time', () => {
  expect(cacheOf()).toEqual({
    key: expect.stringMatching(/^[0-9a-f]{64}$/),
    files: ['src/**'],
    ttl_ms: 5_000,
  });
});

describe('the key', () => {
  const files = { 'in.csv': '${{ tasks.up.artifacts.csv }}' };

  it.each<[string, Draft]>([
    ['the key that the author gives', { inputs: { year: 2014 } }],
    ['the action', { action: { uses: 'work', with: { script: 'y' } } }],
    ['the environment', { env: { A: '1' } }],
    ['the name of a secret', { env: { A: '${{ secrets.S }}' } }],
    ['declared outputs', { outputs: { n: { type: 'integer' } } }],
    ['files of other tasks', { files }],
  ])('changes with %s', (_, change) => {
    expect(cacheOf(change)?.key).not.toBe(cacheOf()?.key);
  });

  it('is the same in another run, also with files of the same content from there', () => {
    const other = '01KDVDSG00000000000000000B';
    expect(cacheOf({}, other)).toEqual(cacheOf());
    expect(cacheOf({ files }, other)).toEqual(cacheOf({ files }));
    expect(cacheOf({ files, artifact: 'changed' })).not.toEqual(cacheOf({ files }));
  });

  it('is another for each item of a fan-out, the same for the same item', () => {
    const keys = [['x', 'y'], ['y']].map((items) => {
      const plan = aPlan([aFanOut('f', '${{ inputs.items }}', { cache: { key: 'k', files: [] } })]);
      const nodes = items.map(() => ({ state: 'queued' as const }));
      const run = aRun({ f: 'running' }, { plan, inputs: { items }, fans: { f: nodes } });
      return items.map((_, i) => {
        const prepared = prepareTicket(run, { shard: 0, node: 1 + i, delivery: 0 });
        return 'value' in prepared ? prepared.value.cache?.key : prepared.error.message;
      });
    });
    expect(keys[0]?.[0]).not.toBe(keys[0]?.[1]);
    expect(keys[1]?.[0]).toBe(keys[0]?.[1]);
  });

  it('is another for each iteration of a repeating task', () => {
    const plan = aPlan([aTask('a', [], { cache: { key: 'k', files: [] }, repeat: { max: 3, delayMs: 0 } })]);
    const keys = [0, 1].map((done) => {
      const run = aRun({ a: 'queued' }, { plan, left: { a: { r: { done, since: done, g: 1 } } } });
      const prepared = prepareTicket(run, { shard: 0, node: 0, delivery: 0 });
      return 'value' in prepared ? prepared.value.cache?.key : prepared.error.message;
    });
    expect(keys[0]).not.toBe(keys[1]);
  });
});
