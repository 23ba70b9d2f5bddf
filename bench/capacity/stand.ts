/** The real thing that the model is measured by and held against: Redis, orchestrators, and many workers in one process. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedRedis } from '../../engine/redis/embedded/index.ts';
import {
  type Connections,
  createKeys,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { type Client, createClient } from '../../engine/runtime/client/client.ts';
import { recordsOf } from '../../engine/runtime/client/run-view.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { readUsage, serverPid } from '../cost/usage.ts';
import { memoryOf } from '../redis-memory.ts';
import { RoleChild } from '../role-child.ts';
import { planOf } from '../schedule/shape-plan.ts';
import { connect } from '../sluice-parts.ts';
import { Samples } from './samples.ts';
import type { Workload } from './workload.ts';

export interface StandOptions {
  readonly workers: number;
  readonly slotsEach: number;
  readonly shards: number;
  readonly orchestrators: number;
}

/** What was used between two moments. */
export interface Used {
  readonly seconds: number;
  /** Processor, ms: the busiest orchestrator, all of them, the process of all workers, Redis. */
  readonly busiestMs: number;
  readonly orchestratorMs: number;
  readonly workerMs: number;
  readonly redisMs: number;
  readonly scripts: number;
  readonly commands: number;
  readonly bytes: number;
  readonly commits: number;
}

export interface LoadReport extends Used {
  readonly nodes: number;
  readonly waits: Samples;
}

interface Moment {
  readonly at: number;
  readonly orchestrators: readonly number[];
  readonly workerMs: number;
  readonly redisMs: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly bytes: number;
  readonly commits: number;
}

const PREFIX = 'sluice:';
/** Until leases are taken, workers announced, and nothing compiles any more, ms. */
const SETTLE_MS = 3_000;
const PINGS = 500;
const MANY = 1_000_000;

export class Stand {
  readonly #options: StandOptions;
  readonly #path: string;
  readonly #connections: Connections;
  readonly #client: Client;
  readonly #orchestrators: readonly RoleChild[];
  readonly #pids: ReadonlyMap<string, number>;

  private constructor(parts: {
    readonly options: StandOptions;
    readonly path: string;
    readonly connections: Connections;
    readonly orchestrators: readonly RoleChild[];
    readonly worker: RoleChild;
    readonly redisPid: number;
  }) {
    const { options, path, connections, orchestrators, worker, redisPid } = parts;
    this.#options = options;
    this.#path = path;
    this.#connections = connections;
    this.#orchestrators = orchestrators;
    this.#pids = new Map([
      ...orchestrators.map(({ pid }, at) => [`orchestrator ${at}`, pid] as const),
      ['worker', worker.pid] as const,
      ['Redis', redisPid] as const,
    ]);
    const { shards } = options;
    const store = createRedisShardStore(connections, { shards });
    const index = createRedisRunIndex(connections);
    this.#client = createClient({
      store,
      index,
      shards,
      clock: createRealClock(),
      random: () => randomBytes(10),
    });
  }

  /** On a Redis of its own, for as long as `work` takes. */
  static async with<T>(options: StandOptions, work: (stand: Stand) => Promise<T>): Promise<T> {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-capacity-'));
    const redis = await startEmbeddedRedis({ dataDirectory, env: process.env });
    const { path } = redis.connection;
    const roles: RoleChild[] = [];
    const connections = connect({ path, prefix: PREFIX });
    try {
      await createRedisShardStore(connections, { shards: options.shards }).shards(options.shards);
      const settings = { path, prefix: PREFIX, concurrency: options.slotsEach, workers: options.workers };
      for (let at = 0; at < options.orchestrators; at++)
        roles.push(await RoleChild.start('sluice-orchestrator', { ...settings, shards: options.shards }));
      const orchestrators = [...roles];
      const worker = await RoleChild.start('sluice-worker', { ...settings, shards: options.shards });
      roles.push(worker);
      await sleep(SETTLE_MS);
      const redisPid = await serverPid(connections);
      return await work(new Stand({ options, path, connections, orchestrators, worker, redisPid }));
    } finally {
      for (const role of roles.reverse()) await role.stop();
      await connections.close();
      await redis.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    }
  }

  async idle(ms: number): Promise<Used> {
    const before = await this.#moment();
    await sleep(ms);
    return usedBetween(before, await this.#moment());
  }

  /** All slots are held by work that does not end meanwhile. */
  async hold(ms: number): Promise<Used> {
    const { workers, slotsEach } = this.#options;
    const tasks = Array.from({ length: workers * slotsEach }, (_, at) => ({
      id: `hold${at}`,
      ms,
      needs: [],
    }));
    // In several runs, so that every worker holds work of several shards.
    const runs = Array.from({ length: 40 }, (_, at) => tasks.filter((_task, i) => i % 40 === at));
    for (const some of runs.filter(({ length }) => length > 0))
      await this.#start({ name: 'hold', tasks: some });
    await sleep(SETTLE_MS);
    const used = await this.idle(ms - 2 * SETTLE_MS);
    await sleep(2 * SETTLE_MS);
    return used;
  }

  /** Runs begin as the workload says; resolves when all have ended. */
  async load({ shapes, arrivals }: Workload, ms: number): Promise<LoadReport> {
    const runs: string[] = [];
    const before = await this.#moment();
    const began = performance.now();
    for (let next = arrivals.next().value; next.atMs < ms; next = arrivals.next().value) {
      const early = next.atMs - (performance.now() - began);
      if (early > 1) await sleep(early);
      const shape = shapes[next.shape];
      if (shape) runs.push(await this.#start(shape));
    }
    for (const run of runs) await this.#client.wait(run);
    const used = usedBetween(before, await this.#moment());
    const waits = new Samples();
    for (const run of runs) for (const wait of await this.#waitsOf(run)) waits.add(wait);
    return { ...used, nodes: waits.count, waits };
  }

  async connections(): Promise<number> {
    const info = String(await this.#connections.call('info', ['clients']));
    return Number(/^connected_clients:(\d+)/m.exec(info)?.[1]);
  }

  /** One way to Redis and half of the way back, with the wake-ups, ms: median. */
  async hop(): Promise<number> {
    const times: number[] = [];
    for (let at = 0; at < PINGS; at++) {
      const before = performance.now();
      await this.#connections.redis.ping();
      times.push((performance.now() - before) / 2);
    }
    return times.sort((a, b) => a - b)[PINGS >> 1] ?? 0;
  }

  /** Of all keys, bytes. */
  memory(): Promise<number> {
    return memoryOf({ path: this.#path, prefix: PREFIX });
  }

  async #start(shape: Workload['shapes'][number]): Promise<string> {
    // Nothing is joined where the nodes of a run are counted: work of a fleet is mostly too long to be.
    const plan = planOf(shape, {
      actionOf: ({ ms }) => ({ uses: 'bench', with: { ms } }),
      maxParallel: MANY,
    });
    return (await this.#client.start(plan)).run;
  }

  async #waitsOf(run: string): Promise<number[]> {
    const { stored, plan } = await this.#client.load(run);
    if (stored.header.status !== 'succeeded') throw new Error(`Run ${run} ended as ${stored.header.status}.`);
    return recordsOf(stored, plan).map(({ queuedAt, startedAt }) => Math.max(0.5, startedAt - queuedAt));
  }

  async #moment(): Promise<Moment> {
    const { processor, calls } = await readUsage(this.#pids, this.#connections);
    const ms = (role: string) => (processor.get(role) ?? 0) / 1_000;
    const info = String(await this.#connections.call('info', ['stats']));
    const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    return {
      at: performance.now(),
      orchestrators: this.#orchestrators.map((_one, at) => ms(`orchestrator ${at}`)),
      workerMs: ms('worker'),
      redisMs: ms('Redis'),
      calls,
      bytes: field('total_net_input_bytes') + field('total_net_output_bytes'),
      commits: await this.#commits(),
    };
  }

  async #commits(): Promise<number> {
    const keys = createKeys(PREFIX);
    const counts = Array.from({ length: this.#options.shards }, async (_, shard) =>
      Number(await this.#connections.redis.hget(keys.lease(shard), 'n')),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }
}

function usedBetween(before: Moment, after: Moment): Used {
  const each = after.orchestrators.map((ms, at) => ms - (before.orchestrators[at] ?? 0));
  const calls = (moment: Moment, wanted: (name: string) => boolean) =>
    [...moment.calls].reduce((sum, [name, count]) => sum + (wanted(name) ? count : 0), 0);
  const isScript = (name: string) => name.startsWith('eval');
  return {
    seconds: (after.at - before.at) / 1_000,
    busiestMs: Math.max(...each),
    orchestratorMs: each.reduce((sum, ms) => sum + ms, 0),
    workerMs: after.workerMs - before.workerMs,
    redisMs: after.redisMs - before.redisMs,
    scripts: calls(after, isScript) - calls(before, isScript),
    commands: calls(after, () => true) - calls(before, () => true),
    bytes: after.bytes - before.bytes,
    commits: after.commits - before.commits,
  };
}
