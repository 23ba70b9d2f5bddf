/** The roles of a soak: the program as users run it, in processes that can be killed and are put back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export type Kind = 'orchestrator' | 'worker';

const SLUICE = join(import.meta.dirname, '..', '..', '..', 'cli', 'sluice.mjs');
const ARGUMENTS: { readonly [kind in Kind]: readonly string[] } = {
  orchestrator: [],
  worker: ['--queues', 'default:8'],
};

export interface RolesOptions {
  readonly folder: string;
  readonly redis: string;
  readonly env: NodeJS.ProcessEnv;
}

export class Roles {
  readonly #options: RolesOptions;
  readonly #running = new Map<string, ChildProcess>();

  constructor(options: RolesOptions) {
    this.#options = options;
  }

  /** `worker 1` and so on. */
  start(name: string, kind: Kind): void {
    const { folder, redis, env } = this.#options;
    const words = [SLUICE, kind, '--redis', redis, '--log-level', 'warn', ...ARGUMENTS[kind]];
    const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (text: Buffer) => appendFileSync(join(folder, 'roles.log'), `${name}: ${text}`));
    this.#running.set(name, child);
  }

  /** By SIGKILL. */
  async kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.#running.delete(name);
  }

  pids(): readonly (readonly [name: string, pid: number])[] {
    return [...this.#running].flatMap(([name, { pid, exitCode }]) =>
      pid === undefined || exitCode !== null ? [] : [[name, pid] as const],
    );
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.kill(name)));
  }
}
