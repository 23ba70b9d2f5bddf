/** Starts another process that uses an embedded Redis, for tests of what several processes, or dead ones, do to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { REDIS_CACHE } from '../../../support/redis-cache.ts';

const greeting = z.object({ joined: z.boolean(), path: z.string() });

export interface UserProcess {
  readonly joined: boolean;
  readonly path: string;
  /** SIGKILL; resolves when it is gone. */
  kill9(): Promise<void>;
  /** Lets it stop in good order. */
  stop(): Promise<void>;
}

export async function startUserProcess(dataDirectory: string): Promise<UserProcess> {
  const script = join(import.meta.dirname, 'starter.mjs');
  const child = spawn(process.execPath, [script, dataDirectory, REDIS_CACHE], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const first: unknown = await Promise.race([
    once(lines, 'line').then(([line]) => JSON.parse(String(line))),
    once(child, 'exit').then(() => 'ended before it answered'),
  ]);
  const leave = async (how: () => void) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    how();
    await gone;
  };
  return {
    ...greeting.parse(first),
    kill9: () => leave(() => void child.kill('SIGKILL')),
    stop: () => leave(() => endInput(child)),
  };
}

function endInput(child: ChildProcess): void {
  child.stdin?.end('stop\n');
}
