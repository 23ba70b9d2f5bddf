/** The stores and the task queue on a Redis Cluster of three primaries: all keep their contracts there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { createRedisArtifactStore } from '../../../engine/redis/artifact-store.ts';
import { createRedisCacheStore } from '../../../engine/redis/cache-store.ts';
import { createConnections } from '../../../engine/redis/connection.ts';
import { createRedisDefinitionStore } from '../../../engine/redis/definition-store.ts';
import { inspectRedis } from '../../../engine/redis/doctor.ts';
import { createRedisLogStore } from '../../../engine/redis/log-store.ts';
import { createRedisMembership } from '../../../engine/redis/membership.ts';
import { queueAddressOf } from '../../../engine/redis/queue-address.ts';
import { createRedisRunIndex } from '../../../engine/redis/run-index.ts';
import { createRedisSecretRecords } from '../../../engine/redis/secret-records.ts';
import { createRedisShardStore, type RedisShardStoreOptions } from '../../../engine/redis/shard-store.ts';
import { artifactStoreContract } from '../../contract/artifact-store.ts';
import { cacheStoreContract } from '../../contract/cache-store.ts';
import { definitionStoreContract } from '../../contract/definition-store.ts';
import { logStoreContract } from '../../contract/log-store.ts';
import { membershipContract } from '../../contract/membership.ts';
import { runIndexContract } from '../../contract/run-index.ts';
import { secretRecordsContract } from '../../contract/secret-records.ts';
import { shardStoreContract } from '../../contract/shard-store.ts';
import { shardStoreModelTest } from '../../contract/shard-store-model.ts';
import { taskQueueContract } from '../../contract/task-queue.ts';
import { redisCluster, type TestRedisCluster } from '../../support/redis-cluster.ts';

let cluster: TestRedisCluster;

beforeAll(async () => {
  cluster = await redisCluster();
});

afterAll(() => cluster?.stop());

async function openConnections() {
  // The Cluster is this file's own, and nobody looks for what is left: a prefix of its own is enough.
  const connections = createConnections({ ...cluster.connection, prefix: `${randomUUID().slice(0, 8)}:` });
  return { connections, close: () => connections.close() };
}

async function openStore(options: RedisShardStoreOptions) {
  const { connections, close } = await openConnections();
  return { store: createRedisShardStore(connections, options), close };
}

shardStoreContract('Redis Cluster', openStore);
shardStoreModelTest('Redis Cluster', openStore, { runs: 5 });

membershipContract('Redis Cluster', async () => {
  const { connections, close } = await openConnections();
  return { membership: createRedisMembership(connections), close };
});

definitionStoreContract('Redis Cluster', async () => {
  const { connections, close } = await openConnections();
  return { definitions: createRedisDefinitionStore(connections), close };
});

runIndexContract('Redis Cluster', async () => {
  const { connections, close } = await openConnections();
  return { index: createRedisRunIndex(connections), close };
});

logStoreContract('Redis Cluster', async (settings) => {
  const { connections, close } = await openConnections();
  return { logs: createRedisLogStore(connections, { shards: 4, ...settings }), close };
});

artifactStoreContract('Redis Cluster', async () => {
  const { connections, close } = await openConnections();
  return { artifacts: createRedisArtifactStore(connections, { shards: 4 }), close };
});

secretRecordsContract('Redis Cluster', async () => {
  const { connections, close } = await openConnections();
  return { records: createRedisSecretRecords(connections), close };
});

cacheStoreContract('Redis Cluster', async () => {
  const { connections, close } = await openConnections();
  const advance = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return { cache: createRedisCacheStore(connections), advance, close };
});

taskQueueContract('BullMQ on Redis Cluster', async () => {
  const queue = createBullTaskQueue({
    connection: queueAddressOf(cluster.connection),
    prefix: randomUUID().slice(0, 8),
    logger: SILENT,
  });
  return { queue, close: () => queue.close() };
});

describe('the doctor', () => {
  it('looks at each primary of a Cluster, and at the whole', async () => {
    const { connections, close } = await openConnections();
    await connections.ready(5_000);
    const findings = await inspectRedis(connections, { now: () => Date.now() });
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(findings[0]?.message).toBe('Redis Cluster of 3 primaries, state ok.');
    for (const { port } of cluster.nodes)
      expect(findings.map(({ message }) => message)).toContain(`127.0.0.1:${port}: It is a primary.`);
    await close();
  });
});

describe('an address of a single node', () => {
  it('is answered with the address of the Cluster', async () => {
    const [node] = cluster.nodes;
    const connections = createConnections({ url: `redis://127.0.0.1:${node?.port}` });
    // Some of these keys are another node's.
    const calls = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => connections.call('get', [key]));
    const failed = (await Promise.allSettled(calls)).find(({ status }) => status === 'rejected');
    expect(String(failed?.status === 'rejected' && failed.reason)).toContain('write redis-cluster://');
    await connections.close();
  });
});
