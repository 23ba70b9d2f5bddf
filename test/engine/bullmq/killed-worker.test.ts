import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { testRedis } from '../../support/redis.ts';
import { aTicket } from './a-ticket.ts';
import { collect } from './collector.ts';

/** A lock of 5 s, a check every 1.5 s, and half a second for a busy machine. */
const BACK_WITHIN_MS = 10_000;

it('delivers a ticket to another worker when the process that held it was killed', async () => {
  const redis = await testRedis();
  const queue = createBullTaskQueue({ connection: redis.connection, prefix: redis.prefix, logger: SILENT });
  const script = fileURLToPath(new URL('./stuck-worker.ts', import.meta.url));
  const settings = JSON.stringify({ connection: redis.connection, prefix: redis.prefix });
  const child = spawn(process.execPath, ['--import', 'jiti/register', script, settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await queue.close();
    await redis.flush();
    await redis.close();
  });

  await queue.add([aTicket()]);
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toContain('holds download');
  const got = collect();
  queue.consume('default', 1, got.handler);
  const killedAt = Date.now();
  child.kill('SIGKILL');
  await got.reached(1);
  expect(got.seen[0]).toEqual(aTicket());
  expect(Date.now() - killedAt).toBeLessThan(BACK_WITHIN_MS);
});
