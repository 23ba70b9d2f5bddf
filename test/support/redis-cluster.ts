/** A Redis Cluster for tests: three primaries, each with a replica when asked for, as local processes that a test may kill. */
import { Redis } from 'ioredis';
import type { RedisAddress } from '../../engine/redis/address.ts';
import { tryPort } from './free-port.ts';
import { type PrivateRedis, privateRedis } from './private-redis.ts';

const PRIMARIES = 3;
const SLOTS = 16_384;
/** A node counts as gone after this silence, ms. */
const NODE_TIMEOUT_MS = 1_500;
const PATIENCE_MS = 20_000;
/** A node that does not answer a question for so long is passed over, ms. */
const ANSWER_MS = 1_000;

export interface ClusterNode {
  readonly redis: PrivateRedis;
  readonly port: number;
}

export interface TestRedisCluster {
  readonly connection: Required<Pick<RedisAddress, 'cluster'>>;
  /** For `--redis`. */
  readonly url: string;
  /** The primaries of the beginning come first. */
  readonly nodes: readonly ClusterNode[];
  /** The node that serves the key now. */
  primaryOf(key: string): Promise<ClusterNode>;
  /** Whether the node is a replica that has all its primary has. */
  isFollowing(node: ClusterNode): Promise<boolean>;
  /** CONFIG SET on each node. */
  configure(name: string, value: string): Promise<void>;
  stop(): Promise<void>;
}

export async function redisCluster({ replicas = false } = {}): Promise<TestRedisCluster> {
  const nodes: ClusterNode[] = [];
  const stop = async () => {
    await Promise.all(nodes.map(({ redis }) => redis.stop()));
  };
  try {
    for (let at = 0; at < PRIMARIES * (replicas ? 2 : 1); at++) nodes.push(await startNode());
    await join(nodes);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  const places = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  return {
    connection: { cluster: { nodes: places } },
    url: `redis-cluster://${places.map(({ host, port }) => `${host}:${port}`).join(',')}`,
    nodes,
    primaryOf: (key) => findPrimary(nodes, key),
    async configure(name, value) {
      for (const node of nodes) await ask(node, (client) => client.config('SET', name, value));
    },
    isFollowing: (node) => ask(node, isFollowing),
    stop,
  };
}

async function startNode(): Promise<ClusterNode> {
  const port = await freeClusterPort();
  const settings = {
    '--port': port,
    '--bind': '127.0.0.1',
    '--cluster-enabled': 'yes',
    '--cluster-node-timeout': NODE_TIMEOUT_MS,
    '--cluster-replica-validity-factor': 0,
    '--repl-diskless-sync-delay': 0,
  };
  const extraArgs = Object.entries(settings).flat().map(String);
  return { port, redis: await privateRedis({ extraArgs }) };
}

/** One whose bus port, 10,000 higher, is free as well. */
async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = await tryPort(0);
    if (port === undefined || port > 50_000) continue;
    if ((await tryPort(port + 10_000)) !== undefined) return port;
  }
}

async function join(nodes: readonly ClusterNode[]): Promise<void> {
  const primaries = nodes.slice(0, PRIMARIES);
  await Promise.all(
    nodes.map((node, at) =>
      ask(node, async (client) => void (await client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1))),
    ),
  );
  await Promise.all(primaries.map((node, at) => ask(node, (client) => giveSlots(client, at))));
  const [first] = nodes;
  if (first === undefined) return;
  await ask(first, async (client) => {
    for (const { port } of nodes.slice(1)) await client.call('CLUSTER', 'MEET', '127.0.0.1', port);
  });
  await Promise.all(
    nodes.map((node) => until(node, (info) => knows(info, nodes.length), ['CLUSTER', 'INFO'])),
  );
  for (const [at, replica] of nodes.slice(PRIMARIES).entries()) {
    const primary = primaries[at];
    if (primary === undefined) continue;
    const id = await ask(primary, (client) => client.call('CLUSTER', 'MYID'));
    await ask(replica, (client) => client.call('CLUSTER', 'REPLICATE', String(id)));
    await until(replica, (info) => /master_link_status:up/.test(info), ['INFO', 'replication']);
  }
  await Promise.all(nodes.map((node) => until(node, isWhole, ['CLUSTER', 'INFO'])));
}

async function giveSlots(client: Redis, at: number): Promise<void> {
  const from = Math.ceil((at * SLOTS) / PRIMARIES);
  const to = Math.ceil(((at + 1) * SLOTS) / PRIMARIES);
  await client.call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot));
}

function knows(info: string, count: number): boolean {
  return Number(/cluster_known_nodes:(\d+)/.exec(info)?.[1]) === count;
}

function isWhole(info: string): boolean {
  return /cluster_state:ok/.test(info);
}

async function until(
  node: ClusterNode,
  isSo: (info: string) => boolean,
  question: readonly [string, string],
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const info = String(await ask(node, (client) => client.call(...question)));
    if (isSo(info)) return;
    if (Date.now() > deadline) throw new Error(`The Redis Cluster of this test did not form: ${info}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask<T>({ redis }: ClusterNode, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({
    ...redis.connection,
    lazyConnect: true,
    retryStrategy: () => null,
    // One that is frozen.
    socketTimeout: ANSWER_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function isFollowing(client: Redis): Promise<boolean> {
  const info = String(await client.call('INFO', 'replication'));
  return /role:slave/.test(info) && /master_link_status:up/.test(info);
}

async function findPrimary(nodes: readonly ClusterNode[], key: string): Promise<ClusterNode> {
  for (const node of nodes) {
    const slots = await ask(node, async (client) => {
      const slot = Number(await client.call('CLUSTER', 'KEYSLOT', key));
      const ranges = (await client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
      return ranges.find(([from, to]) => from <= slot && slot <= to);
    }).catch(() => undefined);
    const found = nodes.find(({ port }) => port === slots?.[2][1]);
    if (found !== undefined) return found;
  }
  throw new Error(`No node of the Redis Cluster of this test serves ${key}.`);
}
