/**
 * One Redis for the whole test run: a container when TEST_REDIS=container asks for it, else the server of REDIS_URL,
 * else an embedded one with its data in a temporary folder. Tests get at it through `testRedis()`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { messageOf } from '../../engine/core/errors.ts';
import { startEmbeddedRedis } from '../../engine/redis/embedded/index.ts';
import { REDIS_CACHE } from './redis-cache.ts';

/** How a test reaches the Redis of this run, or why there is none. */
export type ProvidedRedis =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'none'; readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    redis: ProvidedRedis;
  }
}

interface Started {
  readonly redis: ProvidedRedis;
  readonly stop: () => Promise<void>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await start();
  project.provide('redis', started.redis);
  return started.stop;
}

async function start(): Promise<Started> {
  if (process.env['TEST_REDIS'] === 'container') return await startContainer();
  const url = process.env['REDIS_URL'];
  if (url) return { redis: { kind: 'url', url }, stop: async () => {} };
  // Tests that need no Redis run without one; `testRedis()` tells the others why there is none.
  return await startEmbedded().catch((error: unknown) => ({
    redis: { kind: 'none' as const, reason: messageOf(error) },
    stop: async () => {},
  }));
}

async function startEmbedded(): Promise<Started> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  const server = await startEmbeddedRedis({
    dataDirectory,
    cacheDirectory: REDIS_CACHE,
    env: process.env,
    onProgress: (text) => process.stderr.write(`${text}\n`),
  }).catch(async (error: unknown) => {
    await rm(dataDirectory, { recursive: true, force: true });
    throw error;
  });
  const stop = async () => {
    await server.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
  return { redis: { kind: 'socket', path: server.connection.path }, stop };
}

/** Of the image that `TEST_REDIS_IMAGE` names; on an engine that is there, or one that is started. */
async function startContainer(): Promise<Started> {
  const { whyNoContainers } = await import('./container-engine.ts');
  const why = whyNoContainers();
  if (why !== undefined)
    throw new Error(
      `TEST_REDIS=container needs a Docker engine: ${why}. Start one, or run the tests without TEST_REDIS.`,
    );
  const { containerRedis } = await import('./container-redis.ts');
  const server = await containerRedis();
  return { redis: { kind: 'socket', path: server.connection.path }, stop: () => server.stop() };
}
