/** `cache` in the worker: a former success stands in for the work, with files of its own, and no trouble of the cache costs a result. */
import { describe, expect, it } from 'vitest';
import type { ArtifactRef, Ticket } from '../../../engine/core/ticket.ts';
import { createMemoryArtifactStore, createMemoryCacheStore } from '../../../engine/memory/index.ts';
import type { CacheStore } from '../../../engine/ports/cache-store.ts';
import type { Workspace } from '../../../engine/ports/workspace.ts';
import { aRig, aTicket, instantExecutor, RUN } from './worker-rig.ts';

const OTHER_RUN = '01J00000000000000000000001';
const cache = { key: 'k1' };

/** Workers that share a cache and an artifact store, and count what they work on. */
function aShop(given: { cache?: CacheStore; artifacts?: ReturnType<typeof createMemoryArtifactStore> } = {}) {
  let works = 0;
  const now = { at: 1_000_000 };
  const store = given.cache ?? createMemoryCacheStore({ now: () => now.at });
  const artifacts = given.artifacts ?? createMemoryArtifactStore();
  const executor = instantExecutor(async () => ({ n: ++works }));
  const work = async (ticket: Ticket) => {
    const rig = aRig({
      executors: [executor],
      cache: store,
      artifacts,
      workspace: aWorkspace(artifacts, ticket),
    });
    await rig.send(ticket);
    await rig.worker.runOnce(ticket);
    const [settled] = await rig.inbox();
    const log = await rig.logs.read(ticket, '0', 100);
    return {
      outcome: settled?.type === 'settled' ? settled.outcome : undefined,
      log: log.map(({ text }) => text),
    };
  };
  return { work, store, artifacts, now, works: () => works };
}

/** Keeps the bytes `1,2,3` for each artifact. */
function aWorkspace(artifacts: ReturnType<typeof createMemoryArtifactStore>, ticket: Ticket): Workspace {
  const sha256 = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81';
  return {
    open: async () => ({
      directory: '/nowhere',
      sourceDirectory: undefined,
      async collect(wanted) {
        const refs = Object.keys(wanted).map(async (name): Promise<[string, ArtifactRef]> => {
          await artifacts.put(ticket.run, `build/x/${name}`, Uint8Array.of(1, 2, 3));
          return [name, { artifact: `build/x/${name}`, run: ticket.run, name, bytes: 3, sha256 }];
        });
        return Object.fromEntries(await Promise.all(refs));
      },
      dispose: async () => {},
    }),
  };
}

describe('a former success', () => {
  it('stands in for the same work in another run', async () => {
    const shop = aShop();
    expect((await shop.work(aTicket({ cache }))).outcome).toEqual({ status: 'succeeded', outputs: { n: 1 } });
    const again = await shop.work(aTicket({ cache, run: OTHER_RUN }));
    expect(again.outcome).toEqual({ status: 'succeeded', outputs: { n: 1 }, cached: RUN });
    expect(again.log).toEqual([`Reused the result of run ${RUN}.`]);
    expect(shop.works()).toBe(1);
  });

  it('is none of other work', async () => {
    const shop = aShop();
    await shop.work(aTicket({ cache }));
    await shop.work(aTicket({ cache: { key: 'k2' }, run: OTHER_RUN }));
    await shop.work(aTicket({ run: OTHER_RUN, node: 1 }));
    expect(shop.works()).toBe(3);
  });

  it('counts for its time only', async () => {
    const shop = aShop();
    const brief = { key: 'k', ttl_ms: 1_000 };
    await shop.work(aTicket({ cache: brief }));
    shop.now.at += 999;
    expect((await shop.work(aTicket({ cache: brief, run: OTHER_RUN }))).outcome).toMatchObject({
      cached: RUN,
    });
    shop.now.at += 2;
    expect((await shop.work(aTicket({ cache: brief, run: OTHER_RUN, node: 1 }))).outcome).not.toHaveProperty(
      'cached',
    );
  });

  it('of the same run is none when somebody asks for the work again', async () => {
    const shop = aShop();
    await shop.work(aTicket({ cache }));
    expect((await shop.work(aTicket({ cache, node: 1 }))).outcome).toMatchObject({ cached: RUN });
    const again = await shop.work(aTicket({ cache, generation: 2 }));
    expect(again.outcome).toEqual({ status: 'succeeded', outputs: { n: 2 } });
  });

  it('brings its files along, as files of the new run, which stand for it from then on', async () => {
    const shop = aShop();
    const ticket = { cache, artifacts: { model: 'out.bin' } };
    await shop.work(aTicket(ticket));
    const { outcome } = await shop.work(aTicket({ ...ticket, run: OTHER_RUN }));
    expect(outcome).toMatchObject({ cached: RUN, artifacts: { model: { run: OTHER_RUN, bytes: 3 } } });
    const key = outcome?.status === 'succeeded' ? (outcome.artifacts?.['model']?.artifact ?? '') : '';
    expect(await shop.artifacts.get(OTHER_RUN, key)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await shop.store.get('k1')).toMatchObject({
      run: RUN,
      result: { artifacts: { model: { run: OTHER_RUN } } },
    });
  });

  it('whose files are gone is none', async () => {
    const artifacts = createMemoryArtifactStore();
    const shop = aShop({ artifacts: { ...artifacts, get: async () => undefined } });
    const ticket = { cache, artifacts: { model: 'out.bin' } };
    await shop.work(aTicket(ticket));
    const { outcome, log } = await shop.work(aTicket({ ...ticket, run: OTHER_RUN }));
    expect(outcome).not.toHaveProperty('cached');
    expect(log[0]).toContain('artifacts are gone');
    expect(shop.works()).toBe(2);
  });
});

it('a failure is not kept', async () => {
  const store = createMemoryCacheStore({ now: () => 0 });
  const failing = instantExecutor(() => Promise.reject(new Error('no')));
  const rig = aRig({ executors: [failing], cache: store });
  const ticket = aTicket({ cache });
  await rig.send(ticket);
  await rig.worker.runOnce(ticket);
  expect(await store.get('k1')).toBeUndefined();
});

it('without its store, the work is done', async () => {
  const away = async () => Promise.reject(new Error('away'));
  const shop = aShop({ cache: { get: away, put: away } });
  const { outcome, log } = await shop.work(aTicket({ cache }));
  expect(outcome).toEqual({ status: 'succeeded', outputs: { n: 1 } });
  expect(log).toHaveLength(2);
});
