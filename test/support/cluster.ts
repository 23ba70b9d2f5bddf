/**
 * A cluster for a test: a private Redis, orchestrators and workers as processes of their own, started through the command
 * line. Everything in it may be killed, frozen and stopped. When the test ends it is taken down, whatever happened; when the
 * test passed, it is first looked through for what should not be left.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { SILENT } from '../../engine/ports/logger.ts';
import type { Membership } from '../../engine/ports/membership.ts';
import {
  type Connections,
  createConnections,
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { type Client, createClient } from '../../engine/runtime/client.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import type { RunView } from '../../engine/runtime/run-view.ts';
import { findLeaks } from './cluster/leaks.ts';
import { type Ledger, openLedger } from './cluster/ledger.ts';
import { type ProcessEnd, SluiceChild } from './cluster/sluice-child.ts';
import { type Step, workflowText } from './cluster/workflow.ts';
import { type PrivateRedis, privateRedis } from './redis.ts';

export interface ClusterOptions {
  readonly orchestrators: number;
  readonly workers: number;
  /** Tasks at once in each worker. Default 2. */
  readonly slots?: number;
}

/** No wait in a test takes longer, ms. */
const PATIENCE_MS = 15_000;

/** Starts a cluster that ends with the test. Redis and all roles are ready when it resolves. */
export async function startCluster(test: TestContext, options: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cluster-'));
  const redis = await privateRedis();
  const cluster = new Cluster(folder, redis, options.slots ?? 2);
  test.onTestFinished(async () => {
    const passed = test.task.result?.state !== 'fail';
    if (!passed) console.error(cluster.said());
    await cluster.end(passed);
  });
  const orchestrators = Array.from({ length: options.orchestrators }, () => cluster.addOrchestrator());
  const workers = Array.from({ length: options.workers }, () => cluster.addWorker());
  await Promise.all([...orchestrators, ...workers]);
  return cluster;
}

export class Cluster {
  readonly folder: string;
  readonly redis: PrivateRedis;
  readonly ledger: Ledger;
  readonly client: Client;
  readonly connections: Connections;
  readonly shards = 16;
  readonly orchestrators: SluiceChild[] = [];
  readonly workers: SluiceChild[] = [];
  /** Process ids of workers that were given a reason to lose their work. */
  readonly disturbed = new Set<number>();
  readonly #slots: number;
  readonly #membership: Membership;
  readonly #children: SluiceChild[] = [];
  #orchestratorsStarted = 0;
  #workersStarted = 0;

  constructor(folder: string, redis: PrivateRedis, slots: number) {
    this.folder = folder;
    this.redis = redis;
    this.ledger = openLedger(join(folder, 'ledger'));
    this.#slots = slots;
    this.connections = createConnections({ ...redis.connection, logger: SILENT });
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

  /** Starts an orchestrator; resolves when the others know it. */
  async addOrchestrator(): Promise<SluiceChild> {
    const child = await this.#spawn(`orchestrator-${this.#orchestratorsStarted++}`, ['orchestrator', ...this.#where]);
    this.orchestrators.push(child);
    const isKnown = async () => (await this.#membership.orchestrators()).some((id) => id.includes(`:${child.pid}:`));
    await this.until(`${child.name} is there`, isKnown, child);
    return child;
  }

  /** Starts a worker; resolves when the others know it. */
  async addWorker(flags: readonly string[] = []): Promise<SluiceChild> {
    const name = `worker-${this.#workersStarted++}`;
    const queues = ['--queues', `default:${this.#slots}`];
    const child = await this.#spawn(name, ['worker', ...this.#where, '--name', name, ...queues, ...flags]);
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
        const [owner, token] = (await call('hmget', [keys.lease(shard), 'owner', 'token'])) as (string | null)[];
        return token === null ? undefined : Number(owner?.split(':').at(-2));
      }),
    );
  }

  /** Asks again and again until the answer is yes. An error counts as no: Redis may be away. */
  async until(what: string, ask: () => boolean | Promise<boolean>, needed?: SluiceChild): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await Promise.resolve(ask()).catch(() => false))) {
      if (needed?.isAlive === false) throw new Error(`${needed.name} has ended, so this never came: ${what}`);
      if (Date.now() > deadline) throw new Error(`waited in vain for this: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What the processes wrote. */
  said(): string {
    return this.#children.map((child) => child.said).join('\n');
  }

  /** Ends everything. @throws Error when the test passed so far and something was left that should not be. */
  async end(shouldBeClean: boolean): Promise<void> {
    const leaks = shouldBeClean ? await findLeaks(this).catch((thrown: unknown) => [String(thrown)]) : [];
    await this.connections.close();
    for (const child of this.#children) if (child.isAlive) child.thaw();
    await Promise.all(this.#children.map((child) => (child.isAlive ? child.kill9() : undefined)));
    for (const { pid } of this.ledger.read()) endTask(pid);
    await this.redis.stop();
    await rm(this.folder, { recursive: true, force: true });
    if (leaks.length > 0) throw new Error(`The test left something behind:\n${leaks.join('\n')}`);
  }

  get #where(): readonly string[] {
    return ['--redis', `unix://${this.redis.connection.path}`];
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
