/** Doing again by the SDK: rerun, mark and their previews; definitions that a program applies. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type Sluice, workflow } from '../../sdk/index.ts';
import { type RedisAddress, redisAddress } from './redis-address.ts';

let address: RedisAddress;
let sluice: Sluice;
let folder = '';
let isGood = false;
const calls: string[] = [];

beforeAll(async () => {
  address = await redisAddress();
  folder = await mkdtemp(join(tmpdir(), 'sluice-again-'));
  const { redis, prefix } = address;
  sluice = await connect({ redis, prefix, orchestrator: true, artifacts: join(folder, 'artifacts') });
  await sluice.worker({
    queues: { default: 4 },
    tasks: {
      load: ({ inputs }) => {
        calls.push(`load ${inputs.n}`);
        return { n: inputs.n };
      },
      check: () => {
        calls.push('check');
        if (!isGood) throw new Error('not good yet');
        return { good: true };
      },
    },
  });
});

afterAll(async () => {
  await sluice.close();
  await address.close();
  await rm(folder, { recursive: true, force: true });
});

const flow = workflow('again', { inputs: { n: { type: 'integer', default: 1 } } }, (w) => {
  const load = w.task('load', {
    uses: 'function',
    with: { name: 'load', args: { n: w.inputs.n } },
    outputs: { n: 'integer' },
  });
  w.task('check', { needs: load, uses: 'function', with: { name: 'check' } });
  return { n: load.outputs.n };
});

it('a rerun takes over what need not run again, and runs what a changed input reaches', async () => {
  const failed = await sluice.start(flow);
  await expect(failed.result()).rejects.toMatchObject({ status: 'failed' });
  isGood = true;
  expect(await failed.previewRerun({ scope: 'failed' })).toMatchObject({
    reuse: ['load'],
    reset: [{ node: 'check', why: 'failed' }],
    children: [],
  });
  calls.length = 0;
  const again = await failed.rerun({ scope: 'failed', idempotencyKey: 'once' });
  expect((await failed.rerun({ scope: 'failed', idempotencyKey: 'once' })).id).toBe(again.id);
  expect(await again.result()).toEqual({ n: 1 });
  expect(calls).toEqual(['check']);
  expect(await (await failed.rerun({ scope: 'failed', inputs: { n: 2 } })).result()).toEqual({ n: 2 });
  await expect(failed.rerun({ inputs: { n: 'two' } })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(failed.rerun({ scope: 'from', nodes: ['nowhere'] })).rejects.toMatchObject({
    code: 'node_not_found',
  });
  await expect(failed.rerun({ workflow: 'newest' })).rejects.toMatchObject({ code: 'workflow_not_found' });
});

it('a mark ends a node as told', async () => {
  isGood = false;
  const failed = await sluice.start(flow);
  await failed.result().catch(() => {});
  expect((await failed.previewMark('check', 'succeeded')).reset).toMatchObject([{ node: 'check' }]);
  await failed.mark('check', 'succeeded', { reason: 'seen by hand', by: 'ann' });
  expect(await failed.result()).toEqual({ n: 1 });
  await expect(failed.mark('check', 'succeeded')).rejects.toMatchObject({ code: 'not_possible' });
});

it('what is applied can be started by its name, is the newest, and starts what comes after it', {
  timeout: 30_000,
}, async () => {
  isGood = true;
  const own = join(folder, 'flow');
  await rm(own, { recursive: true, force: true });
  const noop = { uses: 'noop' } as const;
  const first = workflow('first', {}, (w) => void w.task('a', noop));
  const second = workflow(
    'second',
    { triggers: [{ after: { workflow: 'first' } }] },
    (w) => void w.task('b', noop),
  );
  expect(await sluice.apply(first)).toMatchObject({ name: 'first', change: 'created', version: 1 });
  expect(await sluice.apply(first)).toMatchObject({ change: 'unchanged' });
  await sluice.apply(second);
  const run = await sluice.start('first');
  // Who owns the shards learns within a second or two of what follows a workflow.
  const followers = async () => {
    await (await sluice.start('first')).result();
    for await (const { id } of sluice.runs({ workflow: 'second' })) return id;
    return undefined;
  };
  await expect.poll(followers, { timeout: 15_000, interval: 500 }).toBeDefined();
  await run.result();
  const newer = workflow('first', {}, (w) => {
    w.task('a', noop);
    w.task('c', noop);
  });
  expect(await sluice.apply(newer)).toMatchObject({ change: 'updated', version: 2 });
  expect(await run.previewRerun({ scope: 'failed', workflow: 'newest' })).toMatchObject({
    reuse: ['a'],
    reset: [{ node: 'c', why: 'is new' }],
  });
});

it('files of what is applied go to the place for artifacts', async () => {
  const own = await mkdtemp(join(folder, 'own-'));
  await writeFile(join(own, 'note.txt'), 'kept');
  await sluice.apply(workflow('filed', { folder: own }, (w) => void w.task('a', { uses: 'noop' })));
  expect((await readdir(join(folder, 'artifacts'), { recursive: true })).length).toBeGreaterThan(0);
});
