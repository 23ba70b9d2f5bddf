/**
 * Faults of Redis itself, all of them had from a real one: it is killed, frozen, made to sleep, made a replica of nobody
 * (READONLY), left no memory (OOM), kept busy by a script (BUSY), made slow to load (LOADING), made to forget.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../world.ts';
import { type Fault, pauseBetween } from './fault.ts';

const killed: Fault = {
  name: 'Redis killed',
  perMinute: 2.2,
  onRedis: true,
  async strike(world, random) {
    await world.killRedis();
    const ms = await pauseBetween(random, 0, random.chance(0.1) ? 20_000 : 2_000);
    await world.redis.restart();
    return `for ${ms} ms`;
  },
};

/** It answers LOADING while it reads its file, as slowly as if that were a thousand times larger, until it is told to hurry. */
const loading: Fault = {
  name: 'Redis killed, then LOADING',
  perMinute: 0.2,
  onRedis: true,
  async strike(world, random) {
    await world.killRedis();
    const at = Date.now();
    const slow = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024'];
    const restarted = world.redis.restart(slow);
    await pauseBetween(random, 2_000, 20_000);
    await insistElsewhere(world, 'config', ['set', 'key-load-delay', '0']);
    await restarted;
    return `for ${Date.now() - at} ms`;
  },
};

const frozen: Fault = {
  name: 'Redis frozen',
  perMinute: 0.4,
  onRedis: true,
  async strike(world, random) {
    world.redis.freeze();
    const ms = await pauseBetween(random, 1_000, 12_000);
    world.redis.thaw();
    return `for ${ms} ms`;
  },
};

/** Another time would be another fault, and one that sleeps again for whoever gave up waiting never wakes. */
async function once(world: World, command: string, args: Words): Promise<void> {
  const connections = world.another({ maxRetriesPerRequest: 0, socketTimeout: 120_000 });
  await connections.call(command, args).finally(() => connections.close());
}

const asleep: Fault = {
  name: 'Redis asleep',
  perMinute: 0.3,
  onRedis: true,
  async strike(world, random) {
    const seconds = Math.round(random.between(1, 10));
    await once(world, 'debug', ['sleep', seconds]);
    return `for ${seconds} s`;
  },
};

/** A replica whose primary cannot be reached keeps its data and refuses to write. */
const readOnly: Fault = {
  name: 'Redis read-only',
  perMinute: 0.25,
  onRedis: true,
  async strike(world, random) {
    await insist(world, 'replicaof', ['127.0.0.1', '1']);
    const ms = await pauseBetween(random, 2_000, 30_000);
    await insist(world, 'replicaof', ['no', 'one']);
    return `for ${ms} ms`;
  },
};

const full: Fault = {
  name: 'Redis full',
  perMinute: 0.25,
  onRedis: true,
  async strike(world, random) {
    await insist(world, 'config', ['set', 'maxmemory', '1']);
    const ms = await pauseBetween(random, 2_000, 30_000);
    await insist(world, 'config', ['set', 'maxmemory', '0']);
    return `for ${ms} ms`;
  },
};

/** What Redis' Lua counts to in a second, on a machine of 2026. */
const COUNTED_IN_A_SECOND = 40_000_000;

/** By a script that counts, so that it ends by itself when whoever sent it has lost it from sight. */
const busy: Fault = {
  name: 'Redis busy',
  perMinute: 0.25,
  onRedis: true,
  async strike(world, random) {
    const seconds = Math.round(random.between(2, 20));
    const script = `for i = 1, ${seconds * COUNTED_IN_A_SECOND} do end`;
    const at = Date.now();
    await once(world, 'eval', [script, 0]);
    return `for ${Date.now() - at} ms`;
  },
};

const forgetful: Fault = {
  name: 'scripts forgotten',
  perMinute: 0.5,
  onRedis: true,
  async strike(world) {
    await insist(world, 'script', ['flush']);
    return 'once';
  },
};

const clientsKilled: Fault = {
  name: 'all clients dropped',
  perMinute: 0.5,
  onRedis: true,
  async strike(world) {
    const kinds = await Promise.all(
      ['normal', 'pubsub'].map((kind) => insist(world, 'client', ['kill', 'type', kind])),
    );
    return `${kinds.join(' + ')} of them`;
  },
};

/**
 * No room for the append-only file. With `everysec` Redis refuses to write (MISCONF) until there is some; with `always` it ends, as it
 * could not keep its word, and is started again.
 */
const diskFull: Fault = {
  name: 'Redis without room on its disk',
  perMinute: 0.25,
  onRedis: true,
  async strike(world, random) {
    const { redis } = world;
    if (redis.disk === undefined) return false;
    redis.disk.fill();
    const ms = await pauseBetween(random, 2_000, 12_000);
    const hasEnded = !redis.isRunning;
    redis.disk.free();
    if (hasEnded) await redis.restart();
    return `for ${ms} ms${hasEnded ? ', and it ended' : ''}`;
  },
};

export const REDIS_FAULTS: readonly Fault[] = [
  killed,
  loading,
  frozen,
  asleep,
  readOnly,
  full,
  diskFull,
  busy,
  forgetful,
  clientsKilled,
];

type Words = readonly (string | number)[];

/** A fault that cannot be healed would spoil everything after it. */
async function insist(world: World, name: string, args: Words): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await world.connections.call(name, args);
    } catch (thrown) {
      if (tries === 100) throw thrown;
      await pause(100);
    }
  }
}

async function insistElsewhere(world: World, name: string, args: Words): Promise<void> {
  // A loading Redis takes orders, too.
  const connections = world.another({ enableReadyCheck: false });
  try {
    for (let tries = 1; tries < 100; tries++) {
      const done = await connections.call(name, args).then(
        () => true,
        (thrown: unknown) => String(thrown).includes('NOTBUSY'),
      );
      if (done) return;
      await pause(100);
    }
  } finally {
    await connections.close();
  }
}
