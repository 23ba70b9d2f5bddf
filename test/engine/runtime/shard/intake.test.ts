/** What orchestrators take in, on a real Redis: runs up to a number, and none while memory is short. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SILENT } from '../../../../engine/ports/logger.ts';
import {
  type Connections,
  createConnections,
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../../../engine/redis/index.ts';
import { type Client, createClient } from '../../../../engine/runtime/client/client.ts';
import {
  createOrchestrator,
  type Orchestrator,
} from '../../../../engine/runtime/orchestrator/orchestrator.ts';
import { createRealClock } from '../../../../engine/runtime/real-clock.ts';
import { type PrivateRedis, privateRedis } from '../../../support/redis.ts';
import { aPlan } from '../../../support/run-builder.ts';

const SHARDS = 2;

let redis: PrivateRedis;
let connections: Connections;
let client: Client;
let orchestrator: Orchestrator | undefined;

beforeEach(async () => {
  redis = await privateRedis();
  connections = createConnections({ ...redis.connection, logger: SILENT });
});

afterEach(async () => {
  await orchestrator?.stop();
  orchestrator = undefined;
  await connections?.close();
  await redis?.stop();
});

/** Nobody works: runs do not end. */
async function open(maxRuns: number): Promise<void> {
  const store = createRedisShardStore(connections, { shards: SHARDS });
  await store.shards(SHARDS);
  const clock = createRealClock();
  const index = createRedisRunIndex(connections);
  orchestrator = createOrchestrator({
    id: 'o1',
    shards: SHARDS,
    store,
    queue: { add: async () => {}, raise: async () => {} },
    membership: createRedisMembership(connections),
    index,
    actions: new Map(),
    intake: { maxRuns },
    clock,
    logger: SILENT,
  });
  client = createClient({ store, index, shards: SHARDS, clock, random: () => randomBytes(10) });
  await orchestrator.start();
  // A shard takes in what comes until its owner has said how much it takes.
  for (const shard of Array(SHARDS).keys())
    await expect.poll(() => connections.call('hexists', [connections.keys.lease(shard), 'max_live'])).toBe(1);
}

it('refuses the run that is one too many, with a time to try again, and takes one when there is room', async () => {
  await open(4);
  const plan = aPlan(['a']);
  const started: string[] = [];
  let refusal: unknown;
  while (refusal === undefined && started.length < 100)
    await client.start(plan).then(
      ({ run }) => void started.push(run),
      (thrown: unknown) => {
        refusal = thrown;
      },
    );
  // Two a shard, and a run's id decides its shard.
  expect(started.length).toBeGreaterThanOrEqual(2);
  expect(started.length).toBeLessThanOrEqual(4);
  expect(refusal).toMatchObject({ code: 'overloaded', details: { reason: 'runs', retryAfterMs: 5_000 } });
  for (const run of started) await client.cancel(run);
  for (const run of started) await client.wait(run);
  await expect(client.start(plan)).resolves.toMatchObject({ created: true });
});

it('refuses runs before the memory of Redis is used up, and takes them again when there is some', async () => {
  await open(0);
  const plan = aPlan(['a']);
  const info = String(await connections.call('info', ['memory']));
  const used = Number(/used_memory:(\d+)/.exec(info)?.[1]);
  await connections.call('config', ['SET', 'maxmemory', Math.ceil(used * 1.05)]);
  const refusal = () =>
    client.start(plan).then(
      () => undefined,
      (thrown: { details?: unknown }) => thrown.details,
    );
  await expect.poll(refusal, { timeout: 10_000 }).toEqual({ reason: 'memory', retryAfterMs: 5_000 });
  await connections.call('config', ['SET', 'maxmemory', used * 4]);
  await expect.poll(refusal, { timeout: 10_000 }).toBeUndefined();
});
