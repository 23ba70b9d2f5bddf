/** One process of a test cluster, seen from the test: what it said, and what may be done to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { programAt, sluiceProgram } from './program.ts';

export interface SluiceChildOptions {
  /** Its working directory, also for temporary files and caches. */
  readonly folder: string;
  /** For messages, and the name of its log. */
  readonly name: string;
  /** Beside the few that every process gets. */
  readonly env?: { readonly [name: string]: string };
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class SluiceChild {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended and its output is read. */
  readonly end: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  static async start(args: readonly string[], options: SluiceChildOptions): Promise<SluiceChild> {
    return new SluiceChild([await sluiceProgram(), ...args], options);
  }

  /** Another program than the command line, see `programAt`; of another build, given as its `dist`, where there is one. */
  static async run(
    script: string,
    args: readonly string[],
    options: SluiceChildOptions & { readonly build?: string | undefined },
  ): Promise<SluiceChild> {
    const { build } = options;
    const program = build === undefined ? await programAt(script) : join(build, script);
    return new SluiceChild([program, ...args], options);
  }

  private constructor(args: readonly string[], { folder, name, env = {} }: SluiceChildOptions) {
    this.name = name;
    this.#child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...environmentOf(folder), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.pid = this.#child.pid ?? Number.NaN;
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.on('data', (chunk) => {
      this.#stdout += String(chunk);
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.#stderr += String(chunk);
    });
    this.end = once(this.#child, 'close').then(([code, signal]) => {
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has written so far, for the message of a test that fails. */
  get said(): string {
    return `--- ${this.name} (${this.pid})\n${this.#stdout}${this.#stderr}`;
  }

  /** Writes a line to its stdin. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill9(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.end;
  }

  /** SIGTERM, as an operator stops a role; resolves when it has ended. */
  async stop(): Promise<ProcessEnd> {
    this.#child.kill('SIGTERM');
    return this.end;
  }

  /** Holds it still, as a machine that hangs does. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }
}

function environmentOf(folder: string): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return { PATH, HOME, LANG, TMPDIR: folder, XDG_CACHE_HOME: folder, NO_COLOR: '1' };
}
