import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../engine/core/errors.ts';
import { MOST_LOOKED_AT } from '../../../engine/ports/run-index.ts';
import { createRedisArtifactStore } from '../../../engine/redis/artifact-store.ts';
import { createRedisAuditStore } from '../../../engine/redis/audit-store.ts';
import { createRedisCacheStore } from '../../../engine/redis/cache-store.ts';
import type { Connections } from '../../../engine/redis/connection.ts';
import { createRedisDefinitionStore } from '../../../engine/redis/definition-store.ts';
import { createRedisLogStore } from '../../../engine/redis/log-store.ts';
import { createRedisMembership } from '../../../engine/redis/membership.ts';
import { createRedisRunIndex } from '../../../engine/redis/run-index.ts';
import { createRedisRunRemover } from '../../../engine/redis/run-remover.ts';
import { createRedisSecretRecords } from '../../../engine/redis/secret-records.ts';
import { createRedisShardStore } from '../../../engine/redis/shard-store.ts';
import { createRedisTokenStore } from '../../../engine/redis/token-store.ts';
import { artifactStoreContract } from '../../contract/artifact-store.ts';
import { auditStoreContract } from '../../contract/audit-store.ts';
import { cacheStoreContract } from '../../contract/cache-store.ts';
import { definitionStoreContract } from '../../contract/definition-store.ts';
import { logStoreContract } from '../../contract/log-store.ts';
import { membershipContract } from '../../contract/membership.ts';
import { runIndexContract } from '../../contract/run-index.ts';
import { runRemoverContract } from '../../contract/run-remover.ts';
import { secretRecordsContract } from '../../contract/secret-records.ts';
import { tokenStoreContract } from '../../contract/token-store.ts';
import { openConnections } from './make-store.ts';

const RUN = '01J8ZQ4T9W0000000000000000';

membershipContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { membership: createRedisMembership(connections), close };
});

definitionStoreContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { definitions: createRedisDefinitionStore(connections), close };
});

runIndexContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { index: createRedisRunIndex(connections), close };
});

logStoreContract('Redis', async (settings) => {
  const { connections, close } = await openConnections();
  return { logs: createRedisLogStore(connections, { shards: 4, ...settings }), close };
});

artifactStoreContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { artifacts: createRedisArtifactStore(connections, { shards: 4 }), close };
});

secretRecordsContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { records: createRedisSecretRecords(connections), close };
});

tokenStoreContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { tokens: createRedisTokenStore(connections), close };
});

auditStoreContract('Redis', async () => {
  const { connections, close } = await openConnections();
  return { audit: createRedisAuditStore(connections), close };
});

cacheStoreContract('Redis', async () => {
  const { connections, close } = await openConnections();
  const advance = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return { cache: createRedisCacheStore(connections), advance, close };
});

describe('the Redis run index', () => {
  it('looks through a bounded number of runs for a page, and goes on behind them', async () => {
    const { connections, close } = await openConnections();
    const index = createRedisRunIndex(connections);
    const line = (i: number) => ({
      id: `01J8ZQ4T9W${String(i).padStart(16, '0')}`,
      namespace: 'default',
      workflow: 'w',
      status: 'succeeded' as const,
      createdAt: 1_000 + i,
      finishedAt: 2_000 + i,
      ...(i === 10 ? { labels: { team: 'data' } } : {}),
    });
    await index.record(...Array.from({ length: MOST_LOOKED_AT + 100 }, (_, i) => line(i)));
    const first = await index.list({ labels: { team: 'data' } }, 10);
    expect(first.runs).toEqual([]);
    const second = await index.list({ labels: { team: 'data' } }, 10, first.next ?? expect.fail());
    expect(second).toEqual({ runs: [line(10)] });
    await close();
  });
});

describe('the Redis log store', () => {
  it('has lines once that are appended again since the answer was lost, however many batches they are', async () => {
    const { connections, close } = await openConnections();
    let calls = 0;
    const lossy: Connections = {
      ...connections,
      async call(name, args) {
        const reply = await connections.call(name, args);
        if (name.startsWith('eval') && ++calls === 2)
          throw new SluiceError('redis_unreachable', 'the reply was lost');
        return reply;
      },
    };
    const logs = createRedisLogStore(lossy, { shards: 4 });
    const name = { run: RUN, node: 0, attempt: 1 };
    const lines = Array.from(
      { length: 1_700 },
      (_, i) => ({ at: i, stream: 'stdout', text: `${i}` }) as const,
    );
    await expect(logs.append(name, lines)).rejects.toMatchObject({ code: 'redis_unreachable' });
    await logs.append(name, lines);
    await logs.append(name, [{ at: 1, stream: 'stdout', text: 'last' }]);
    const read = await logs.read(name, '0', 5_000);
    expect(read.map(({ text }) => text)).toEqual([...lines.map(({ text }) => text), 'last']);
    await close();
  });

  it('numbers lines from 1, so that a reader can tell how many the cap has cost', async () => {
    const { connections, close } = await openConnections();
    const logs = createRedisLogStore(connections, { shards: 4, maxLines: 10 });
    const lines = Array.from({ length: 600 }, (_, i) => ({ at: i, stream: 'stdout' as const, text: `${i}` }));
    await logs.append({ run: RUN, node: 0, attempt: 1 }, lines);
    const [first] = await logs.read({ run: RUN, node: 0, attempt: 1 }, '0', 100);
    expect(first).toEqual({ id: '591', at: 590, stream: 'stdout', text: '590' });
    await close();
  });
});

describe('the Redis artifact store', () => {
  it('refuses what is larger than it takes, and leaves nothing behind', async () => {
    const { connections, close } = await openConnections();
    const artifacts = createRedisArtifactStore(connections, { shards: 4, maxBytes: 10 });
    await expect(artifacts.put(RUN, 'a', new Uint8Array(11))).rejects.toThrow('11 bytes');
    expect(await artifacts.get(RUN, 'a')).toBeUndefined();
    await close();
  });
});

runRemoverContract('Redis', async () => {
  const { connections, close } = await openConnections();
  const store = createRedisShardStore(connections);
  const shards = await store.shards();
  return {
    store,
    index: createRedisRunIndex(connections),
    logs: createRedisLogStore(connections, { shards }),
    artifacts: createRedisArtifactStore(connections, { shards }),
    remover: createRedisRunRemover(connections, { shards }),
    close,
  };
});
