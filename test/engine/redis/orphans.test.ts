/** Redis notes no use of a key while it saves, so what looks idle then may have been taken a moment ago. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Connections,
  createConnections,
  findOrphans,
  mendOrphans,
} from '../../../engine/redis/index.ts';
import { createRedisShardStore } from '../../../engine/redis/shard-store.ts';
import { leaveIdle } from '../../support/idle-key.ts';
import { type PrivateRedis, privateRedis } from '../../support/redis.ts';
import { aHeader, aPlan, aTask } from '../../support/run-builder.ts';

const HOUR_MS = 3_600_000;
const SHARDS = 1;
const plan = aPlan([aTask('a')]);

let redis: PrivateRedis;
let connections: Connections;

beforeAll(async () => {
  redis = await privateRedis();
  connections = createConnections({ options: redis.connection });
});

afterAll(async () => {
  await connections.close();
  await redis.stop();
});

const look = (pause: () => Promise<void> = async () => {}) =>
  findOrphans(connections, { shards: SHARDS, minAgeMs: HOUR_MS, pause });

const mend = (orphans: Awaited<ReturnType<typeof look>>) =>
  mendOrphans(connections, orphans, {
    shards: SHARDS,
    minAgeMs: HOUR_MS,
    index: { record: async () => {} },
    summaryOf: () => {
      throw new Error('no run is missing from the lists');
    },
  });

/** A plan of a run that is gone, last used two hours ago. */
async function leavePlan(): Promise<string> {
  const key = connections.keys.plan(0, plan.hash);
  await connections.call('set', [key, JSON.stringify(plan)]);
  await leaveIdle(connections, key, 2 * HOUR_MS);
  return key;
}

/** Saves for a second or so: as long as a large Redis would. */
async function save(): Promise<void> {
  await connections.call('config', ['set', 'rdb-key-save-delay', '500000']);
  await connections.call('bgsave', []);
}

async function saved(): Promise<void> {
  await vi.waitFor(
    async () => {
      const info = String(await connections.call('info', ['persistence']));
      if (info.includes('rdb_bgsave_in_progress:1')) throw new Error('still saves');
    },
    { timeout: 20_000 },
  );
}

/** What `start` of the client does. */
async function start(): Promise<string> {
  const store = createRedisShardStore(connections);
  const header = aHeader(plan);
  await store.start(header, plan);
  return header.id;
}

describe('removing what has been idle', () => {
  it('leaves a plan that a run took while Redis saved', async () => {
    const key = await leavePlan();
    const found = await look();
    expect(found.map(({ kind }) => kind)).toEqual(['plan']);
    await save();
    await start();
    expect(Number(await connections.call('object', ['IDLETIME', key]))).toBeGreaterThanOrEqual(7_200);
    expect(await mend(found)).toBe(0);
    expect(await connections.call('exists', [key])).toBe(1);
    await saved();
    expect(await mend(found)).toBe(0);
    expect(await connections.call('exists', [key])).toBe(1);
  }, 30_000);

  it('leaves all that was found while Redis saved', async () => {
    await connections.call('flushall', []);
    await leavePlan();
    await save();
    const found = await look();
    expect(found).toHaveLength(1);
    expect(await mend(found)).toBe(0);
    await saved();
    expect(await mend(found)).toBe(0);
  }, 30_000);

  it('removes it once nothing saves', async () => {
    const key = await leavePlan();
    expect(await mend(await look())).toBe(1);
    expect(await connections.call('exists', [key])).toBe(0);
  });
});
