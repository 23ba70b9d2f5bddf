/** The installed command line as somebody who tries the examples has it: a folder of its own, a private Redis, no settings. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REDIS_CACHE } from '../support/redis-cache.ts';
import { ROOT } from './example.ts';

export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SLUICE = join(ROOT, 'cli', 'sluice.mjs');
/** Settings of whoever runs the tests that would change what an example does. */
const FOREIGN = /^(SLUICE_|REDIS_URL$|GITHUB_ACTIONS$|FORCE_COLOR$|NODE_OPTIONS$|VITEST)/;

/** Runs `sluice …` in a folder and awaits its end. */
export function runSluice(cwd: string, args: readonly string[]): Promise<CommandEnd> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  // The Redis that the tests have fetched already, instead of another one in the home of whoever runs them.
  env['XDG_CACHE_HOME'] = dirname(REDIS_CACHE);
  const child = spawn(process.execPath, [SLUICE, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** An empty folder for the time of `use`. */
export async function inEmptyFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-example-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The server of an example, at any free port, for the time of `use`. */
export async function withServer<T>(file: string, use: (url: string) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [file, '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  try {
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
      server.once('error', reject);
      server.once('exit', (code) =>
        reject(new Error(`${file} ended with ${code} before it printed its address`)),
      );
    });
    return await use(url);
  } finally {
    server.kill();
    await ended;
  }
}
