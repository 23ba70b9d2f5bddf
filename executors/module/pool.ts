/**
 * Child processes for modules: as many as attempts run at once, started when needed, used again for the same folder
 * and code, ended when idle. Attempts of different folders never share a process.
 */
import type { JsonObject } from '../../engine/core/json.ts';
import type { ExecutionContext } from '../../engine/ports/executor.ts';
import type { Environment } from '../environment.ts';
import type { ModuleSettings } from '../settings.ts';
import { ModuleChild } from './child-process.ts';
import type { ModuleTask } from './protocol.ts';

interface Member {
  readonly child: ModuleChild;
  readonly folder: string;
  readonly stamp: string;
  idleTimer: NodeJS.Timeout | undefined;
}

export class ModulePool {
  readonly #env: Environment;
  readonly #idleMs: number;
  readonly #maxAttempts: number;
  readonly #members = new Set<Member>();

  constructor(env: Environment, settings: ModuleSettings) {
    this.#env = env;
    this.#idleMs = settings.idleMs ?? 30_000;
    this.#maxAttempts = settings.maxAttemptsPerChild ?? 500;
  }

  /** Runs one attempt. `stamp` names the state of the folder's code. @throws TaskFailure */
  async run(task: ModuleTask, stamp: string, context: ExecutionContext): Promise<JsonObject> {
    const member = this.#take(task.sourceDirectory, stamp);
    try {
      return await member.child.run(task, context);
    } finally {
      this.#giveBack(member);
    }
  }

  /** Processes that live, for tests and metrics. */
  get size(): number {
    return [...this.#members].filter((member) => member.child.isAlive).length;
  }

  /** Ends all processes, also those at work. */
  async close(): Promise<void> {
    const members = [...this.#members];
    for (const member of members) this.#retire(member);
    await Promise.all(members.map((member) => member.child.ended()));
  }

  #take(folder: string, stamp: string): Member {
    const idle = [...this.#members].filter(
      (member) => member.idleTimer !== undefined && member.folder === folder,
    );
    for (const member of idle) if (member.stamp !== stamp || !member.child.isAlive) this.#retire(member);
    const member = idle.find((one) => this.#members.has(one)) ?? this.#start(folder, stamp);
    clearTimeout(member.idleTimer);
    member.idleTimer = undefined;
    return member;
  }

  #start(folder: string, stamp: string): Member {
    const member: Member = { child: new ModuleChild(this.#env), folder, stamp, idleTimer: undefined };
    this.#members.add(member);
    return member;
  }

  #giveBack(member: Member): void {
    const isSpent = !member.child.isAlive || member.child.attempts >= this.#maxAttempts;
    if (isSpent || !this.#members.has(member)) return this.#retire(member);
    member.idleTimer = setTimeout(() => this.#retire(member), this.#idleMs);
    member.idleTimer.unref();
  }

  #retire(member: Member): void {
    clearTimeout(member.idleTimer);
    this.#members.delete(member);
    member.child.kill();
  }
}
