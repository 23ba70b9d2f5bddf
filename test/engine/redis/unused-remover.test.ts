/** What runs share goes when nothing refers to it: on a real Redis, with references that come and move at every step of the way. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../../engine/core/plan.ts';
import type { RunHeader } from '../../../engine/core/run-header.ts';
import { newRunId, shardOf } from '../../../engine/core/run-id.ts';
import type { UnusedRemover } from '../../../engine/ports/unused-remover.ts';
import {
  createRedisArtifactStore,
  createRedisDefinitionStore,
  createRedisRunIndex,
  createRedisRunRemover,
  createRedisShardStore,
  createRedisUnusedRemover,
} from '../../../engine/redis/index.ts';
import type { UnusedRemoverOptions } from '../../../engine/redis/unused-remover.ts';
import { lineOf } from '../../../engine/runtime/definition/definition-line.ts';
import { Random } from '../../simulation/random.ts';
import { leaveIdle } from '../../support/idle-key.ts';
import { aHeader, aPlan, aTask } from '../../support/run-builder.ts';
import { openConnections } from './make-store.ts';

const HOUR_MS = 3_600_000;
const SHARDS = 4;
const BUNDLE = 'b'.repeat(64);
const HOLDER = newRunId(1, new Uint8Array(10));

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function open() {
  const opened = await openConnections();
  close = opened.close;
  const { connections } = opened;
  const { keys, call } = connections;
  const random = new Random(7);
  const stores = () => createRedisShardStore(connections, { shards: SHARDS });
  const store = stores();
  await store.shards();
  const artifacts = createRedisArtifactStore(connections, { shards: SHARDS });
  const isThere = async (key: string) => (await call('exists', [key])) === 1;
  const bundleKeys = [
    keys.blob(shardOf(HOLDER, SHARDS), HOLDER, `source/${BUNDLE}.0`),
    keys.blobs(shardOf(HOLDER, SHARDS), HOLDER),
  ];
  return {
    connections,
    keys,
    index: createRedisRunIndex(connections),
    definitions: createRedisDefinitionStore(connections),
    remover: (options: Partial<UnusedRemoverOptions> = {}) =>
      createRedisUnusedRemover(connections, { shards: SHARDS, ...options }),
    /** A client of its own, which may remember what it has stored. */
    client: stores,
    async begin(plan: Plan, options: Partial<RunHeader> & { readonly from?: typeof store } = {}) {
      const { id = newRunId(2, random.bytes(10)), from = store, ...more } = options;
      await from.start(aHeader(plan, { id, ...more }), plan);
      return id;
    },
    /** What the pruner does with an ended run. */
    async end(run: string) {
      await call('srem', [keys.live(shardOf(run, SHARDS)), run]);
      await createRedisRunRemover(connections, { shards: SHARDS }).remove(run);
    },
    async storeBundle() {
      await artifacts.put(HOLDER, `source/${BUNDLE}.0`, new Uint8Array(9));
      for (const key of bundleKeys) await leaveIdle(connections, key, 2 * HOUR_MS);
    },
    hasBundle: async () => (await Promise.all(bundleKeys.map(isThere))).every(Boolean),
    isThere,
  };
}

async function goThrough(remover: UnusedRemover): Promise<readonly string[]> {
  const removed: string[] = [];
  for (;;) {
    const step = await remover.step();
    removed.push(...step.removed.map(({ kind, name }) => `${kind} ${name}`));
    if (step.done) return removed;
  }
}

/** Every step of a way, one after another: something happens before the first, the second, and so on, until one has no such step. */
async function atEachStep(
  attempt: (stepsBefore: number) => Promise<'happened' | 'too late'>,
): Promise<number> {
  for (let steps = 0; ; steps++) if ((await attempt(steps)) === 'too late') return steps;
}

/** Goes through all, and lets it happen after so many steps. */
async function goThroughWhile(
  remover: UnusedRemover,
  stepsBefore: number,
  happen: () => Promise<unknown>,
): Promise<'happened' | 'too late'> {
  for (let steps = 0; ; steps++) {
    if (steps === stepsBefore) {
      await happen();
      await goThrough(remover);
      return 'happened';
    }
    if ((await remover.step()).done) return 'too late';
  }
}

describe('plans and source bundles', () => {
  it('go on the second way through, when no run, version or plan names them', async () => {
    const { begin, end, keys, connections, isThere, storeBundle, hasBundle, remover, definitions } =
      await open();
    const plan = aPlan(['a'], { name: 'gone' });
    const id = await begin(plan, { source: { bundle: BUNDLE, run: HOLDER } });
    await storeBundle();
    await definitions.putPlan(plan);
    const copies = [keys.plan(shardOf(id, SHARDS), plan.hash), keys.definitionPlan(plan.hash)];
    const sweep = remover();
    for (const key of copies) await leaveIdle(connections, key, 2 * HOUR_MS);
    expect(await goThrough(sweep)).toEqual([]);
    expect(await goThrough(sweep)).toEqual([]);
    await end(id);
    for (const key of copies) await leaveIdle(connections, key, 2 * HOUR_MS);
    await storeBundle();
    expect(await goThrough(sweep)).toEqual([]);
    expect((await goThrough(sweep)).toSorted()).toEqual([
      `plan ${plan.hash}`,
      `plan ${plan.hash}`,
      `source ${HOLDER}`,
    ]);
    expect(await Promise.all(copies.map(isThere))).toEqual([false, false]);
    expect(await hasBundle()).toBe(false);
  });

  it('stay while somebody has used them within the hour', async () => {
    const { begin, end, keys, isThere, remover, connections } = await open();
    const plan = aPlan(['a']);
    const id = await begin(plan);
    await end(id);
    const key = keys.plan(shardOf(id, SHARDS), plan.hash);
    await leaveIdle(connections, key, HOUR_MS - 60_000);
    const sweep = remover();
    for (let way = 0; way < 3; way++) expect(await goThrough(sweep)).toEqual([]);
    expect(await isThere(key)).toBe(true);
  });

  it('stay with an applied version, and with what it runs', async () => {
    const { keys, definitions, remover, connections, isThere, storeBundle, hasBundle } = await open();
    const child = aPlan(['c'], { name: 'child' });
    const call = { namespace: 'default', workflow: 'child', hash: child.hash, inputs: {}, detached: false };
    const plan = aPlan([aTask('a', [], { child: call })], { name: 'parent' });
    const version = {
      number: 1,
      plan: plan.hash,
      linked: [],
      appliedAt: 1,
      source: { bundle: BUNDLE, run: HOLDER },
    };
    const definition = {
      format: 1,
      namespace: 'default',
      name: 'parent',
      revision: 1,
      current: 1,
      versions: [version],
    } as const;
    for (const one of [plan, child]) await definitions.putPlan(one);
    await definitions.write({ definition, line: lineOf(definition, version, plan), subscriptions: [] }, 0);
    await storeBundle();
    const sweep = remover();
    for (let way = 0; way < 3; way++) {
      for (const one of [plan, child])
        await leaveIdle(connections, keys.definitionPlan(one.hash), 2 * HOUR_MS);
      expect(await goThrough(sweep)).toEqual([]);
    }
    expect(await isThere(keys.definitionPlan(child.hash))).toBe(true);
    expect(await hasBundle()).toBe(true);
  });

  it('stay for a run that starts at any step, though its client knows the plan as stored', async () => {
    const { begin, end, keys, client, connections, isThere, remover } = await open();
    const plan = aPlan(['a']);
    const [from, first] = [client(), newRunId(2, new Uint8Array(10))];
    await end(await begin(plan, { id: first, from }));
    const key = keys.plan(shardOf(first, SHARDS), plan.hash);
    const steps = await atEachStep(async (before) => {
      await leaveIdle(connections, key, 2 * HOUR_MS);
      const sweep = remover({ piecesAtOnce: 1 });
      await goThrough(sweep);
      const happened = await goThroughWhile(sweep, before, () => begin(plan, { id: first, from }));
      if (happened === 'happened') expect(await isThere(key), `after ${before} steps`).toBe(true);
      else expect(await isThere(key)).toBe(false);
      await end(first);
      return happened;
    });
    expect(steps).toBeGreaterThan(3);
  });

  it('stay when the reference moves from one run to another at any step of either way', async () => {
    const { begin, end, hasBundle, storeBundle, remover } = await open();
    const plan = aPlan(['a']);
    const source = { bundle: BUNDLE, run: HOLDER };
    for (const way of [1, 2]) {
      const steps = await atEachStep(async (before) => {
        const former = await begin(plan, { source });
        let next = '';
        await storeBundle();
        const sweep = remover({ piecesAtOnce: 1 });
        if (way === 2) await goThrough(sweep);
        const happened = await goThroughWhile(sweep, before, async () => {
          next = await begin(plan, { source });
          await end(former);
        });
        await goThrough(sweep);
        expect(await hasBundle(), `way ${way}, after ${before} steps`).toBe(true);
        await end(happened === 'happened' ? next : former);
        return happened;
      });
      expect(steps).toBeGreaterThan(3);
    }
  });

  it('stay for runs that start while it works', async () => {
    const { begin, end, keys, client, connections, isThere, remover } = await open();
    const from = client();
    for (let round = 0; round < 5; round++) {
      const plans = Array.from({ length: 20 }, (_, i) => aPlan(['a'], { name: `w${i}` }));
      const ids = await Promise.all(plans.map((plan) => begin(plan, { from })));
      const nameOf = (i: number) => keys.plan(shardOf(ids[i] ?? '', SHARDS), plans[i]?.hash ?? '');
      for (const [i, id] of ids.entries()) {
        await end(id);
        await leaveIdle(connections, nameOf(i), 2 * HOUR_MS);
      }
      const sweep = remover();
      await goThrough(sweep);
      const [removed] = await Promise.all([
        goThrough(sweep),
        ...ids.flatMap((id, i) => (i % 2 === 0 ? [begin(plans[i] ?? aPlan([]), { id, from })] : [])),
      ]);
      expect(removed).toHaveLength(10);
      for (const i of ids.keys()) expect(await isThere(nameOf(i))).toBe(i % 2 === 0);
      for (const id of ids) await end(id);
      await Promise.all(ids.map((_, i) => connections.call('del', [nameOf(i)])));
    }
  });

  it('are only named by a dry run', async () => {
    const { begin, end, keys, connections, isThere, remover } = await open();
    const plan = aPlan(['a']);
    const id = await begin(plan);
    await end(id);
    const key = keys.plan(shardOf(id, SHARDS), plan.hash);
    await leaveIdle(connections, key, 2 * HOUR_MS);
    const sweep = remover({ dryRun: true });
    expect(await goThrough(sweep)).toEqual([]);
    expect(await goThrough(sweep)).toEqual([`plan ${plan.hash}`]);
    expect(await isThere(key)).toBe(true);
  });
});

describe('a workflow that was started from a file', () => {
  const saved = { planJson: '{"name":"w"}' };

  it('goes when nothing has referred to it for as long as it is kept', async () => {
    const { index, remover } = await open();
    await index.saveWorkflow('n/ä', 'w', saved);
    const [patient, due] = [remover({ keepWorkflowsMs: HOUR_MS }), remover({ keepWorkflowsMs: 0 })];
    for (let way = 0; way < 3; way++) expect(await goThrough(patient)).toEqual([]);
    expect(await goThrough(due)).toEqual(['workflow n/ä/w']);
    expect(await index.findWorkflow('n/ä', 'w')).toBeUndefined();
  });

  it('stays while a run of it is kept, and for its time afterwards', async () => {
    const { index, begin, end, remover } = await open();
    await index.saveWorkflow('default', 'w', saved);
    const sweep = remover({ keepWorkflowsMs: 0 });
    await goThrough(sweep);
    const run = await begin(aPlan(['a'], { name: 'w' }));
    for (let way = 0; way < 3; way++) expect(await goThrough(sweep)).toEqual([]);
    await end(run);
    expect(await goThrough(sweep)).toEqual([]);
    expect(await goThrough(sweep)).toEqual(['workflow default/w']);
  });

  it('stays while a plan that is kept starts it by its name', async () => {
    const { index, begin, remover } = await open();
    const call = { namespace: 'default', workflow: 'w', inputs: {}, detached: false };
    await begin(aPlan([aTask('a', [], { child: call })], { name: 'parent' }));
    await index.saveWorkflow('default', 'w', saved);
    const sweep = remover({ keepWorkflowsMs: 0 });
    for (let way = 0; way < 3; way++) expect(await goThrough(sweep)).toEqual([]);
  });

  it.each(['found', 'stored'] as const)('stays when it was %s a moment ago', async (how) => {
    const { index, remover } = await open();
    const sweep = remover({ keepWorkflowsMs: 0, piecesAtOnce: 1 });
    const steps = await atEachStep(async (before) => {
      await index.saveWorkflow('default', 'w', saved);
      await goThrough(sweep);
      let found = {};
      const happened = await goThroughWhile(sweep, before, async () => {
        if (how === 'found') found = (await index.findWorkflow('default', 'w')) ?? {};
        else await index.saveWorkflow('default', 'w', saved);
      });
      if (happened === 'too late') expect(await index.findWorkflow('default', 'w')).toBeUndefined();
      else if (how === 'stored' || 'planJson' in found)
        expect(await index.findWorkflow('default', 'w'), `after ${before} steps`).toMatchObject(saved);
      return happened;
    });
    expect(steps).toBeGreaterThan(3);
  });
});

it('a step does a bounded part of a long way', async () => {
  const { connections, remover } = await open();
  const names = Array.from({ length: 3_000 }, (_, i) => connections.keys.plan(0, `${i}`));
  await connections.call(
    'mset',
    names.flatMap((name) => [name, '{}']),
  );
  const sweep = remover();
  let steps = 1;
  while (!(await sweep.step()).done) steps++;
  expect(steps).toBeGreaterThan(3_000 / 40);
});
