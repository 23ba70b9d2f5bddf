/** What is stored says in which form: a build leaves alone what a later one wrote. */
import { afterEach, describe, expect, it } from 'vitest';
import { DATA_FORMAT } from '../../../engine/redis/store-context.ts';
import { openStore } from './make-store.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function opened() {
  const found = await openStore();
  closings.push(async () => {
    await found.store.close();
    await found.close();
  });
  return found;
}

describe('the form of what is stored', () => {
  it('is written down by whoever is there first', async () => {
    const { store, connections } = await opened();
    await store.shards();
    expect(await connections.call('hget', [connections.keys.meta(), 'format'])).toBe(String(DATA_FORMAT));
  });

  it('is that of builds that did not write it down yet, when there is none', async () => {
    const { store, connections } = await opened();
    await connections.call('hset', [connections.keys.meta(), 'shards', 4]);
    expect(await store.shards()).toBe(4);
  });

  it('of a later build is refused, and nothing is changed', async () => {
    const { store, connections } = await opened();
    const meta = connections.keys.meta();
    await connections.call('hset', [meta, 'format', DATA_FORMAT + 1]);
    await expect(store.shards()).rejects.toMatchObject({ code: 'data_too_new' });
    expect(await connections.call('hgetall', [meta])).toEqual({ format: String(DATA_FORMAT + 1) });
  });
});
