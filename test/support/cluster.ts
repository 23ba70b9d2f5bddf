/**
 * A cluster for tests: a private Redis, orchestrators and workers as processes of their own, started through the command
 * line. Everything in it may be killed, frozen and stopped. At the end it is looked through for what should not be left, and
 * taken down, whatever happened.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { SILENT } from '../../engine/ports/logger.ts';
import type { Membership } from '../../engine/ports/membership.ts';
import {
  type Connections,
  createConnections,
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { type Client, createClient } from '../../engine/runtime/client/client.ts';
import type { RunView } from '../../engine/runtime/client/run-view.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { removeReadOnly } from '../../engine/runtime/source/source-cache.ts';
import { findLeaks } from './cluster/leaks.ts';
import { type Ledger, type LedgerLine, openLedger } from './cluster/ledger.ts';
import { type ProcessEnd, SluiceChild } from './cluster/sluice-child.ts';
import { type Step, workflowText } from './cluster/workflow.ts';
import type { NetworkedRedis } from './container-redis.ts';
import { type PrivateRedis, privateRedis } from './redis.ts';
import { redisCluster, type TestRedisCluster } from './redis-cluster.ts';

export interface ClusterOptions {
  readonly orchestrators: number;
  readonly workers: number;
  /** Tasks at once in each worker. Default 4. */
  readonly slots?: number;
  /** On a Redis Cluster of three primaries with a replica each, instead of one server. */
  readonly onRedisCluster?: boolean;
  /** On a server in a container, which may be paused and cut off. */
  readonly onNetworkedRedis?: () => Promise<NetworkedRedis>;
}

/** No wait in a test takes longer, ms. */
const PATIENCE_MS = 15_000;
/** Nor does a process to become ready, on a machine that starts many at once. */
const START_PATIENCE_MS = 45_000;

/**
 * A cluster for all tests of a file: `cluster()` gives it to them. Redis and all roles are ready before the first. After the
 * last test all that still runs is ended, and what should not be left fails the file.
 */
export function clusterForFile(options: ClusterOptions): () => Cluster {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await openCluster(options);
    await cluster.fill(options);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(cluster?.said());
  });
  afterAll(() => cluster?.end());
  return () => {
    if (cluster === undefined) throw new Error('The cluster of this file was not started.');
    return cluster;
  };
}

async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { slots = 4, onRedisCluster = false, onNetworkedRedis } = options;
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cluster-'));
  if (onNetworkedRedis) return new Cluster(folder, { networked: await onNetworkedRedis() }, slots);
  if (!onRedisCluster) return new Cluster(folder, { one: await privateRedis() }, slots);
  return new Cluster(folder, { cluster: await redisCluster({ replicas: true }) }, slots);
}

/** One server, a Redis Cluster, or one server in a container. */
type Stores =
  | { readonly one: PrivateRedis }
  | { readonly cluster: TestRedisCluster }
  | { readonly networked: NetworkedRedis };

/** Whichever it is. */
function storeOf(stores: Stores): PrivateRedis | TestRedisCluster | NetworkedRedis {
  if ('one' in stores) return stores.one;
  return 'cluster' in stores ? stores.cluster : stores.networked;
}

export class Cluster {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly client: Client;
  readonly connections: Connections;
  readonly shards = 16;
  readonly orchestrators: SluiceChild[] = [];
  readonly workers: SluiceChild[] = [];
  /** Process ids of workers that were given a reason to lose their work. */
  readonly disturbed = new Set<number>();
  readonly #stores: Stores;
  readonly #slots: number;
  readonly #membership: Membership;
  readonly #children: SluiceChild[] = [];
  #orchestratorsStarted = 0;
  #workersStarted = 0;

  constructor(folder: string, stores: Stores, slots: number) {
    this.folder = folder;
    this.#stores = stores;
    this.ledger = openLedger(join(folder, 'ledger'));
    this.#slots = slots;
    this.connections = createConnections({
      ...storeOf(stores).connection,
      logger: SILENT,
    });
    const store = createRedisShardStore(this.connections, { shards: this.shards });
    this.#membership = createRedisMembership(this.connections);
    this.client = createClient({
      store,
      index: createRedisRunIndex(this.connections),
      shards: this.shards,
      clock: createRealClock(),
      random: () => randomBytes(10),
    });
  }

  /** The one server. */
  get redis(): PrivateRedis {
    if ('one' in this.#stores) return this.#stores.one;
    throw new Error('the tests of this file are not on one Redis server of their own');
  }

  get redisCluster(): TestRedisCluster {
    if ('cluster' in this.#stores) return this.#stores.cluster;
    throw new Error('the tests of this file are not on a Redis Cluster');
  }

  get networkedRedis(): NetworkedRedis {
    if ('networked' in this.#stores) return this.#stores.networked;
    throw new Error('the tests of this file are not on a Redis in a container');
  }

  /** Starts roles until so many are alive; resolves when all are ready. */
  async fill({ orchestrators, workers }: Pick<ClusterOptions, 'orchestrators' | 'workers'>): Promise<void> {
    const missing = (wanted: number, alive: readonly unknown[]) =>
      Array.from({ length: Math.max(0, wanted - alive.length) });
    await Promise.all([
      ...missing(orchestrators, this.liveOrchestrators).map(() => this.addOrchestrator()),
      ...missing(workers, this.liveWorkers).map(() => this.addWorker()),
    ]);
  }

  get liveOrchestrators(): readonly SluiceChild[] {
    return this.orchestrators.filter((child) => child.isAlive);
  }

  get liveWorkers(): readonly SluiceChild[] {
    return this.workers.filter((child) => child.isAlive);
  }

  /** The worker that wrote this line. */
  workerOf(line: LedgerLine): SluiceChild {
    const worker = this.workers.find(({ pid }) => pid === line.worker);
    if (worker === undefined) throw new Error(`no worker of this cluster has the process id ${line.worker}`);
    return worker;
  }

  /** SIGKILL. Answers the time, ms since 1970. */
  async kill9(...children: readonly SluiceChild[]): Promise<number> {
    for (const { pid } of children) this.disturbed.add(pid);
    const at = Date.now();
    await Promise.all(children.map((child) => child.kill9()));
    return at;
  }

  /** SIGTERM, as an operator stops a role. */
  stop(child: SluiceChild): Promise<ProcessEnd> {
    this.disturbed.add(child.pid);
    return child.stop();
  }

  /** Holds a process still until `thaw`. */
  freeze(child: SluiceChild): void {
    this.disturbed.add(child.pid);
    child.freeze();
  }

  /** Resolves with the lines of a run that say that a task has begun, once there are so many. */
  async begun(run: string, task: string, count = 1): Promise<readonly LedgerLine[]> {
    const read = () =>
      this.ledger.read().filter((line) => line.run === run && line.task === task && line.what === 'start');
    await this.until(`${count} nodes of ${task} have begun`, () => read().length >= count);
    return read();
  }

  /** Starts an orchestrator; resolves when the others know it. */
  async addOrchestrator(): Promise<SluiceChild> {
    const child = await this.#spawn(`orchestrator-${this.#orchestratorsStarted++}`, [
      'orchestrator',
      ...this.#where,
    ]);
    this.orchestrators.push(child);
    const isKnown = async () =>
      (await this.#membership.orchestrators()).some((id) => id.includes(`:${child.pid}:`));
    await this.until(`${child.name} is there`, isKnown, child);
    return child;
  }

  /** Starts a worker, which finishes its work for a second when it is stopped; resolves when the others know it. */
  async addWorker(): Promise<SluiceChild> {
    const name = `worker-${this.#workersStarted++}`;
    const flags = ['--queues', `default:${this.#slots}`, '--drain', '1s'];
    const child = await this.#spawn(name, ['worker', ...this.#where, '--name', name, ...flags]);
    this.workers.push(child);
    const isKnown = async () => (await this.#membership.workers()).some((worker) => worker.name === name);
    await this.until(`${name} is there`, isKnown, child);
    return child;
  }

  /** Runs a command to its end. */
  async command(...args: readonly string[]): Promise<ProcessEnd> {
    const [name = '', ...rest] = args;
    return (await this.#spawn(name, [name, ...this.#where, ...rest])).end;
  }

  /** `sluice start`: answers the run's id. */
  async start(steps: readonly Step[], ...flags: readonly string[]): Promise<string> {
    const file = await this.writeWorkflow(steps);
    const { code, stdout, stderr } = await this.command('start', file, ...flags);
    if (code !== 0) throw new Error(`sluice start ended with code ${code}: ${stderr}`);
    return stdout.trim();
  }

  async writeWorkflow(steps: readonly Step[], name = 'relay'): Promise<string> {
    // A folder of its own: all of it travels to the workers.
    const source = join(this.folder, 'source');
    await mkdir(source, { recursive: true });
    const file = join(source, `${name}.yaml`);
    await writeFile(file, workflowText(name, steps, { folder: this.folder, ledger: this.ledger.path }));
    return file;
  }

  /** Lets the tasks go on that wait for this gate. */
  open(gate: string): void {
    closeSync(openSync(join(this.folder, gate), 'a'));
  }

  /** Resolves with the run as a client sees it, once it has ended. */
  async waitForRun(run: string): Promise<RunView> {
    const stop = AbortSignal.timeout(PATIENCE_MS);
    await this.client.wait(run, stop);
    if (stop.aborted) throw new Error(`run ${run} did not end within ${PATIENCE_MS} ms`);
    return this.client.show(run);
  }

  /** Owner of each shard, by process id; undefined where the lease is not held. */
  async shardOwners(): Promise<readonly (number | undefined)[]> {
    const { keys, call } = this.connections;
    const shards = Array.from({ length: this.shards }, (_, shard) => shard);
    return Promise.all(
      shards.map(async (shard) => {
        const [owner, token] = (await call('hmget', [keys.lease(shard), 'owner', 'token'])) as (
          | string
          | null
        )[];
        return token === null ? undefined : Number(owner?.split(':').at(-2));
      }),
    );
  }

  /** Asks again and again until the answer is yes. An error counts as no: Redis may be away. */
  async until(what: string, ask: () => boolean | Promise<boolean>, starting?: SluiceChild): Promise<void> {
    const deadline = Date.now() + (starting === undefined ? PATIENCE_MS : START_PATIENCE_MS);
    while (!(await Promise.resolve(ask()).catch(() => false))) {
      if (starting?.isAlive === false)
        throw new Error(`${starting.name} has ended, so this never came: ${what}`);
      if (Date.now() > deadline) throw new Error(`waited in vain for this: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What the processes wrote. */
  said(): string {
    return this.#children.map((child) => child.said).join('\n');
  }

  /** Ends everything. @throws Error when something was left that should not be. */
  async end(): Promise<void> {
    this.#thawAll();
    const leaks = await findLeaks(this).catch((thrown: unknown) => [String(thrown)]);
    await this.connections.close();
    await Promise.all(this.#children.map((child) => (child.isAlive ? child.kill9() : undefined)));
    for (const { pid } of this.ledger.read()) endTask(pid);
    await storeOf(this.#stores).stop();
    // The workers' source cache is read-only.
    await removeReadOnly(this.folder);
    if (leaks.length > 0) throw new Error(`The tests left something behind:\n${leaks.join('\n')}`);
  }

  /** A test that failed may have left something frozen. */
  #thawAll(): void {
    for (const child of this.#children) if (child.isAlive) child.thaw();
    const stores = this.#stores;
    if ('networked' in stores) return;
    for (const redis of 'one' in stores ? [stores.one] : stores.cluster.nodes.map((node) => node.redis)) {
      try {
        redis.thaw();
      } catch {
        // It does not run.
      }
    }
  }

  get #where(): readonly string[] {
    const stores = this.#stores;
    return [
      '--redis',
      'one' in stores
        ? `unix://${stores.one.connection.path}`
        : 'cluster' in stores
          ? stores.cluster.url
          : stores.networked.url,
    ];
  }

  async #spawn(name: string, args: readonly string[]): Promise<SluiceChild> {
    const child = await SluiceChild.start(args, { folder: this.folder, name });
    this.#children.push(child);
    return child;
  }
}

/** The work of a worker that was killed goes on without it. */
function endTask(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
