/** Redis, an orchestrator, a worker and a client, and what can be said about them afterwards. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Connections, createRedisRunIndex, createRedisShardStore } from '../../engine/redis/index.ts';
import { type Client, createClient } from '../../engine/runtime/client/client.ts';
import { createRealClock } from '../../engine/runtime/real-clock.ts';
import { RoleChild } from '../role-child.ts';
import { connect, SHARDS } from '../sluice-parts.ts';
import type { ScaleRow } from './report.ts';

/** Commands that take longer are noted by Redis, µs. */
const SLOW_US = 2_000;
const SLOWEST_KEPT = 4_096;
const CONCURRENCY = 50;

export interface Stand {
  readonly client: Client;
  readonly worker: RoleChild;
  readonly connections: Connections;
  readonly index: ReturnType<typeof createRedisRunIndex>;
  /** Memory of each process, and the longest command of Redis. */
  usage(of: string): Promise<readonly ScaleRow[]>;
  close(): Promise<void>;
}

export async function openStand(path: string): Promise<Stand> {
  const settings = { path, prefix: 'sluice:', concurrency: CONCURRENCY };
  const connections = connect(settings);
  await connections.call('config', [
    'SET',
    'slowlog-log-slower-than',
    SLOW_US,
    'slowlog-max-len',
    SLOWEST_KEPT,
  ]);
  const store = createRedisShardStore(connections, { shards: SHARDS });
  await store.shards(SHARDS);
  const orchestrator = await RoleChild.start('sluice-orchestrator', settings);
  const worker = await RoleChild.start('sluice-worker', settings);
  const index = createRedisRunIndex(connections);
  const random = () => randomBytes(10);
  return {
    client: createClient({ store, index, shards: SHARDS, clock: createRealClock(), random }),
    worker,
    connections,
    index,
    async usage(of) {
      return [
        { measure: `${of}: orchestrator, most memory`, value: await peakOf(orchestrator), unit: 'MB' },
        { measure: `${of}: worker, most memory`, value: await peakOf(worker), unit: 'MB' },
        { measure: `${of}: Redis, most memory`, value: await redisPeak(connections), unit: 'MB' },
        {
          measure: `${of}: longest command of Redis`,
          ...(await slowestCommand(connections)),
          unit: 'ms',
          atMost: 10,
        },
      ];
    },
    async close() {
      await worker.stop();
      await orchestrator.stop();
      await store.close();
    },
  };
}

/** Resident at its highest, as Linux keeps it. */
async function peakOf({ pid }: RoleChild): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

async function redisPeak({ call }: Connections): Promise<number> {
  const info = String(await call('info', ['memory']));
  return Number(/used_memory_peak:(\d+)/.exec(info)?.[1]) / 1_048_576;
}

/** 0 when none took longer than what Redis notes. */
async function slowestCommand({
  call,
}: Connections): Promise<{ readonly value: number; readonly note: string }> {
  const entries = (await call('slowlog', ['GET', SLOWEST_KEPT])) as [number, number, number, string[]][];
  const slowest = entries.reduce((max, entry) => (entry[2] > max[2] ? entry : max), [0, 0, 0, ['']]);
  const [, , micros, words] = slowest;
  const name = words
    .slice(0, 4)
    .map((word) => word.slice(0, 60))
    .join(' ');
  const note =
    micros === 0
      ? `none above ${SLOW_US / 1_000} ms`
      : `${name}; ${entries.length} above ${SLOW_US / 1_000} ms`;
  return { value: micros / 1_000, note };
}

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const before = performance.now();
  const result = await work();
  return { ms: performance.now() - before, result };
}
