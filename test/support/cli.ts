/** The real command line in a process of its own: a private folder, no settings of whoever runs the tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REDIS_CACHE } from './redis-cache.ts';

const SLUICE = join(import.meta.dirname, '..', '..', 'cli', 'sluice.mjs');
/** Settings of whoever runs the tests that would change what a command does. */
const FOREIGN =
  /^(SLUICE_|OTEL_|TRACEPARENT$|REDIS_URL$|GITHUB_ACTIONS$|CI$|TERM$|NO_COLOR$|FORCE_COLOR$|NODE_OPTIONS$|VITEST)/;

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly pid: number;
  readonly ended: Promise<CliEnd>;
  /** Resolves when the text was written, to either stream. @throws when the process ends before. */
  saw(text: string): Promise<void>;
  /** The first match in what was written so far, or is written next, to either stream. @throws when the process ends before. */
  found(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** What it wrote so far, stdout before stderr. */
  written(): string;
}

export interface CliFolder {
  readonly path: string;
  write(name: string, text: string): void;
  /** Starts `sluice …` in the folder. */
  start(args: readonly string[], env?: { readonly [name: string]: string }): CliProcess;
  /** Runs it to its end. */
  run(args: readonly string[], env?: { readonly [name: string]: string }): Promise<CliEnd>;
  /** Kills what still runs, and removes the folder. */
  remove(): Promise<void>;
}

/** Call `remove` in the end. */
export function cliFolder(): CliFolder {
  const path = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  const running = new Set<CliProcess>();
  const start: CliFolder['start'] = (args, env = {}) => {
    const started = startCli(path, args, env);
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  return {
    path,
    write: (name, text) => writeFileSync(join(path, name), text),
    start,
    run: (args, env) => start(args, env).ended,
    async remove() {
      for (const one of running) one.kill('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function startCli(
  cwd: string,
  args: readonly string[],
  added: { readonly [name: string]: string },
): CliProcess {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  const env = { ...own, XDG_CACHE_HOME: dirname(REDIS_CACHE), ...added };
  const child = spawn(process.execPath, [SLUICE, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = endOf(child, written);
  const seen = (find: (all: string) => string | undefined, what: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = find(`${written.stdout}\n${written.stderr}`);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
      void ended.then(({ stderr }) => reject(new Error(`It ended before it wrote ${what}: ${stderr}`)));
    });
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    written: () => `${written.stdout}\n${written.stderr}`,
    saw: async (text) =>
      void (await seen((all) => (all.includes(text) ? text : undefined), JSON.stringify(text))),
    found: (pattern) => seen((all) => pattern.exec(all)?.[0], String(pattern)),
  };
}

function endOf(
  child: ChildProcess,
  written: { readonly stdout: string; readonly stderr: string },
): Promise<CliEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...written }));
  });
}
