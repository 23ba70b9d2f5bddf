/**
 * A world for chaos: a Redis of its own, orchestrators and workers as processes, each behind a link that can go bad. What is
 * done to workers is noted as a disturbance; what ends is replaced. `end` takes everything down, whatever happened.
 */
import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bullPrefix } from '../../engine/bullmq/job-form.ts';
import { SILENT } from '../../engine/ports/logger.ts';
import {
  type ConnectionOptions,
  type Connections,
  createConnections,
  createRedisMembership,
  createRedisRunIndex,
  createRedisShardStore,
} from '../../engine/redis/index.ts';
import { type Client, createClient } from '../../engine/runtime/client/client.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import type { Random } from '../simulation/random.ts';
import { SluiceChild } from '../support/cluster/sluice-child.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';
import { redisCluster as openCluster, type TestRedisCluster } from '../support/redis-cluster.ts';
import type { Disturbance } from './evidence.ts';
import { Link } from './link.ts';

export type RoleKind = 'orchestrator' | 'worker';

export interface WorldOptions {
  readonly folder: string;
  readonly random: Random;
  readonly orchestrators: number;
  readonly workers: number;
  /** Tasks at once in each worker. */
  readonly slots: number;
  readonly appendfsync: 'always' | 'everysec';
  /** Size of a disk for Redis that can be filled up. Default: no such disk. */
  readonly diskBytes?: number | undefined;
  /** Three primaries with a replica each. There are no links then: clients find the nodes by themselves. */
  readonly cluster?: boolean | undefined;
  /** The `dist` of another build: each role is of one of the two, whichever falls to it. */
  readonly otherBuild?: string | undefined;
  /** A folder with what Redis begins with. */
  readonly data?: string | undefined;
}

/** One process and its link. */
export interface Role {
  readonly kind: RoleKind;
  readonly child: SluiceChild;
  readonly link: Link;
  isFrozen: boolean;
}

/** Longest that Redis puts off a write while the last fsync goes on, ms, and something for the way of the answer. */
const FORGETS_MS = 2_500;
const START_PATIENCE_MS = 60_000;
const SHARDS = 16;

export class World {
  readonly options: WorldOptions;
  /** Of a Cluster: its first node. */
  readonly redis: PrivateRedis;
  readonly redisCluster: TestRedisCluster | undefined;
  readonly ledger: string;
  readonly shards = SHARDS;
  /** Past all links, for looking. */
  readonly connections: Connections;
  /** As those who look at the runs see it: not through a link. */
  readonly looker: Client;
  readonly disturbances: Disturbance[] = [];
  /** What Redis may have forgotten. */
  readonly losses: { readonly from: number; readonly to: number }[] = [];
  /** Something of the queue that all work goes through. */
  readonly queueKey = `${bullPrefix('sluice:', 'default')}:default:wait`;
  /** Where links lead to. */
  target: string;
  /** Roles that were started, by their build. */
  readonly started = { this: 0, other: 0 };
  readonly #roles = new Set<Role>();
  readonly #links = new Set<Link>();
  readonly #closing: (() => Promise<void>)[] = [];
  #started = 0;
  #isEnding = false;

  static async open(options: WorldOptions): Promise<World> {
    await mkdir(options.folder, { recursive: true });
    const extraArgs = ['--enable-debug-command', 'yes', '--lua-time-limit', '200'];
    const { appendfsync, diskBytes, data } = options;
    const redisCluster = options.cluster === true ? await openCluster({ replicas: true }) : undefined;
    const [first] = redisCluster?.nodes ?? [];
    const redis = first?.redis ?? (await privateRedis({ appendfsync, extraArgs, diskBytes, data }));
    const world = new World(options, redis, redisCluster);
    try {
      await world.connections.ready(10_000);
      await world.fill();
      return world;
    } catch (thrown) {
      await world.end();
      throw thrown;
    }
  }

  private constructor(
    options: WorldOptions,
    redis: PrivateRedis,
    redisCluster: TestRedisCluster | undefined,
  ) {
    this.options = options;
    this.redis = redis;
    this.redisCluster = redisCluster;
    this.target = redis.connection.path;
    this.ledger = join(options.folder, 'ledger.jsonl');
    this.connections = this.another();
    this.looker = clientOn(this.connections);
  }

  roles(kind: RoleKind): readonly Role[] {
    return [...this.#roles].filter((role) => role.kind === kind && role.child.isAlive);
  }

  /** Not frozen. */
  awake(kind: RoleKind): readonly Role[] {
    return this.roles(kind).filter(({ isFrozen }) => !isFrozen);
  }

  /** Starts what is missing; resolves when all are known to the others. */
  async fill(): Promise<void> {
    const { orchestrators, workers } = this.options;
    const wanted = { orchestrator: orchestrators, worker: workers } as const;
    const starts = (['orchestrator', 'worker'] as const).flatMap((kind) =>
      Array.from({ length: Math.max(0, wanted[kind] - this.roles(kind).length) }, () => this.add(kind)),
    );
    const added = await Promise.all(starts);
    for (const role of added) await this.untilReady(role);
  }

  async add(
    kind: RoleKind,
    env: { readonly [name: string]: string } = {},
    ...flags: readonly string[]
  ): Promise<Role> {
    const { folder, slots, otherBuild, random } = this.options;
    const build = otherBuild !== undefined && random.int(0, 1) === 1 ? otherBuild : undefined;
    const name = `${kind}-${this.#started++}`;
    const link = await this.link(name);
    const place = this.redisCluster?.url ?? link.path;
    const args = [kind, '--redis', place, '--name', name, '--ledger', this.ledger];
    const child = await SluiceChild.run(
      'test/chaos/role/main.js',
      [...args, '--slots', String(slots), ...flags],
      { folder, name: build === undefined ? name : `${name}-other`, env, build },
    );
    this.started[build === undefined ? 'this' : 'other'] += 1;
    const role: Role = { kind, child, link, isFrozen: false };
    this.#roles.add(role);
    void child.end.then(({ stdout, stderr }) => {
      appendFileSync(join(folder, 'roles.log'), `--- ${name} (${child.pid})\n${stdout}${stderr}\n`);
      this.#roles.delete(role);
      this.#drop(link);
    });
    return role;
  }

  async untilReady({ child }: Role): Promise<void> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!child.said.includes('\nready\n')) {
      if (!child.isAlive || Date.now() > deadline) throw new Error(`it did not become ready: ${child.said}`);
      await pause(20);
    }
  }

  links(): Iterable<Link> {
    return this.#links;
  }

  /** A new link to Redis. */
  async link(name: string): Promise<Link> {
    const link = new Link(join(this.options.folder, `${name}.sock`), () => this.target, this.options.random);
    this.#links.add(link);
    await link.listening();
    return link;
  }

  /** A client behind a link. It closes with the world. */
  clientBehind(link: Link): Client {
    const connections = this.redisCluster
      ? this.another()
      : createConnections({ path: link.path, logger: SILENT });
    this.#closing.push(() => connections.close());
    return clientOn(connections);
  }

  /** Other connections past all links; whoever asks closes them. */
  another(options: ConnectionOptions['options'] = {}): Connections {
    const place = this.redisCluster?.connection ?? this.redis.connection;
    return createConnections({ ...place, logger: SILENT, options });
  }

  /** SIGKILL. Answers when, ms since 1970. */
  async kill(role: Role): Promise<number> {
    const at = Date.now();
    this.disturb(role, 'killed', at);
    await role.child.kill9();
    return at;
  }

  /** SIGKILL of Redis. With `everysec` it may have answered for two seconds what it had not yet written. */
  async killRedis(): Promise<void> {
    const at = Date.now();
    await this.redis.kill9();
    if (this.options.appendfsync === 'everysec') this.losses.push({ from: at - FORGETS_MS, to: Date.now() });
  }

  /** SIGTERM, as an operator stops a role. */
  async stop(role: Role): Promise<void> {
    this.disturb(role, 'stopped', Date.now());
    await role.child.stop();
  }

  freeze(role: Role): void {
    role.isFrozen = true;
    role.child.freeze();
  }

  /** @param from when it was frozen, ms since 1970 */
  thaw(role: Role, from: number): void {
    if (role.child.isAlive) role.child.thaw();
    role.isFrozen = false;
    this.disturb(role, 'frozen', from, Date.now());
  }

  disturb({ kind, child }: Role, how: Disturbance['kind'], from: number, to?: number): void {
    if (kind === 'worker')
      this.disturbances.push({ worker: child.pid, kind: how, from, ...(to === undefined ? {} : { to }) });
  }

  /** Replaces what has ended, until the world ends. */
  async keepFilled(): Promise<void> {
    const { orchestrators, workers } = this.options;
    while (!this.#isEnding) {
      if (this.roles('orchestrator').length < orchestrators) await this.add('orchestrator');
      if (this.roles('worker').length < workers) await this.add('worker');
      await pause(100);
    }
  }

  /** Owner of each shard: the process id of an orchestrator, undefined where nobody is. */
  async owners(): Promise<readonly (number | undefined)[]> {
    const { keys, call } = this.connections;
    return Promise.all(
      Array.from({ length: SHARDS }, async (_, shard) => {
        const reply = await call('hmget', [keys.lease(shard), 'owner', 'token']);
        const [owner, token] = Array.isArray(reply) ? reply : [];
        return typeof owner !== 'string' || token === null ? undefined : Number(owner.split(':').at(-2));
      }),
    );
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    for (const { child } of this.#roles) if (child.isAlive) child.thaw();
    await Promise.all([...this.#roles].map(({ child }) => child.kill9()));
    await Promise.all(this.#closing.map((close) => close()));
    await this.connections.close();
    for (const link of this.#links) link.close();
    await (this.redisCluster ?? this.redis).stop();
  }

  #drop(link: Link): void {
    link.close();
    this.#links.delete(link);
  }
}

function clientOn(connections: Connections): Client {
  return createClient({
    store: createRedisShardStore(connections, { shards: SHARDS }),
    index: createRedisRunIndex(connections),
    shards: SHARDS,
    clock: createRealClock(),
    random: () => crypto.getRandomValues(new Uint8Array(10)),
  });
}

/** Whoever was announced to the others. */
export async function announced(world: World, kind: RoleKind): Promise<readonly string[]> {
  const membership = createRedisMembership(world.connections);
  if (kind === 'orchestrator') return membership.orchestrators();
  return (await membership.workers()).map(({ name }) => name);
}
