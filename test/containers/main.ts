/**
 * `npm run test:containers [-- FILE…]`: the tests that use Redis (test/integration, the contracts of what is stored, and test/containers with its long
 * outages) on each of several versions of Redis and Valkey in containers. `TEST_REDIS_IMAGES` names the images, separated by commas; `local` is
 * made of this machine's own Redis or Valkey, for where no registry can be reached. Ends with 1 when a test fails on any of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  type ContainerEngine,
  containerEngine,
  provideImage,
  whyNoContainers,
} from '../support/container-engine.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const IMAGES = [
  'redis:6.2',
  'redis:7.2',
  'redis:7.4',
  'redis:8',
  'valkey/valkey:7.2',
  'valkey/valkey:8',
  'valkey/valkey:9',
];
const FILES = [
  'test/integration',
  'test/containers',
  'test/engine/bullmq/task-queue-contract.test.ts',
  'test/engine/redis/shard-store.test.ts',
  'test/engine/redis/shard-store-model.test.ts',
  'test/engine/redis/stores.test.ts',
];

interface Row {
  readonly image: string;
  readonly failed: boolean;
  readonly seconds: number;
}

async function main(): Promise<number> {
  const why = whyNoContainers();
  if (why !== undefined) throw new Error(`There are no containers here: ${why}.`);
  const images = process.env['TEST_REDIS_IMAGES']?.split(',').filter(Boolean) ?? IMAGES;
  const files = process.argv.length > 2 ? process.argv.slice(2) : FILES;
  const engine = await containerEngine();
  try {
    const rows: Row[] = [];
    for (const image of images) rows.push(await testOn(engine, image, files));
    for (const { image, failed, seconds } of rows)
      process.stdout.write(`${image.padEnd(24)} ${failed ? 'FAILED' : 'passed'} ${seconds.toFixed(0)} s\n`);
    return rows.some(({ failed }) => failed) ? 1 : 0;
  } finally {
    await engine.stop();
  }
}

async function testOn(
  { docker, host }: ContainerEngine,
  image: string,
  files: readonly string[],
): Promise<Row> {
  const from = performance.now();
  process.stdout.write(`== ${image}\n`);
  const env = {
    ...process.env,
    DOCKER_HOST: host,
    TEST_CONTAINERS: 'full',
    TEST_REDIS: 'container',
    TEST_REDIS_IMAGE: await provideImage(docker, image),
  };
  // One file after the other: each starts servers and roles of its own.
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const words = [vitest, 'run', '--no-file-parallelism', ...files];
  const child = spawn(process.execPath, words, { cwd: ROOT, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return { image, failed: code !== 0, seconds: (performance.now() - from) / 1_000 };
}

process.exitCode = await main();
