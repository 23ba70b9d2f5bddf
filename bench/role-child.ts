/** The parent's side of a role process (role-process.ts). */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BodyReport } from './body-counter.ts';
import type { RoleName, RoleSettings } from './role/role.ts';
import type { Question } from './role-process.ts';

/** A piece of work that takes longer than this has failed. */
const LIMIT_MS = 600_000;

interface Answer {
  readonly say: string;
  readonly report?: BodyReport;
}

export class RoleChild {
  readonly #child: ChildProcess;
  readonly #name: RoleName;
  readonly #waiting = new Map<string, { resolve(answer: Answer): void; reject(error: Error): void }>();

  private constructor(name: RoleName, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    child.on('message', (answer: Answer) => this.#settle(answer));
    child.on('exit', (code, signal) => this.#failAll(`ended with ${signal ?? `code ${code}`}`));
  }

  /** Resolves when the role is ready for work. */
  static async start(name: RoleName, settings: RoleSettings): Promise<RoleChild> {
    const isSource = import.meta.url.endsWith('.ts');
    const script = fileURLToPath(
      new URL(isSource ? './role-process.ts' : './role-process.js', import.meta.url),
    );
    // What this process was started with goes along: `node --cpu-prof` profiles all roles.
    const execArgv = isSource ? ['--import', 'jiti/register'] : process.execArgv;
    const role = new RoleChild(name, fork(script, [name, JSON.stringify(settings)], { execArgv }));
    await role.#next('ready');
    return role;
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** Counts anew. The promise within resolves when `count` bodies have run. */
  async expect(count: number): Promise<{ readonly reached: Promise<unknown> }> {
    const reached = this.#next('reached');
    // Whoever waits hears of a failure; nobody may be waiting yet.
    reached.catch(() => {});
    const expecting = this.#next('expecting');
    this.#ask({ ask: 'expect', count });
    await expecting;
    return { reached };
  }

  async report(): Promise<BodyReport> {
    const answer = this.#next('report');
    this.#ask({ ask: 'report' });
    const { report } = await answer;
    if (report === undefined) throw new Error(`The ${this.#name} process sent an empty report.`);
    return report;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    this.#ask({ ask: 'stop' });
    await gone;
    clearTimeout(force);
  }

  #ask(question: Question): void {
    this.#child.send(question);
  }

  #next(event: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`The ${this.#name} process did not say "${event}".`)),
        LIMIT_MS,
      );
      limit.unref();
      this.#waiting.set(event, {
        resolve: (answer) => {
          clearTimeout(limit);
          resolve(answer);
        },
        reject,
      });
    });
  }

  #settle(answer: Answer): void {
    this.#waiting.get(answer.say)?.resolve(answer);
    this.#waiting.delete(answer.say);
  }

  #failAll(reason: string): void {
    for (const { reject } of this.#waiting.values())
      reject(new Error(`The ${this.#name} process ${reason}.`));
    this.#waiting.clear();
  }
}
