/**
 * The connection of a process to what it shares with others. A call takes time both ways, keeps its place behind earlier
 * calls, and may be lost, executed without an answer, or be the last thing that the process does.
 */
import { SluiceError } from '../../engine/core/errors.ts';
import type { CallFault, FaultPlan } from './faults.ts';
import type { SimProcess } from './process.ts';
import type { World } from './world.ts';

const TINY_MS = 0.001;

export interface CallOptions {
  /** Refused while the store takes no writes that need memory. */
  readonly isWrite?: boolean;
  readonly isCommit?: boolean;
}

export class Link {
  readonly #world: World;
  readonly #faults: FaultPlan;
  readonly #owner: SimProcess;
  #lastArrival = 0;
  #lastReply = 0;

  constructor(world: World, faults: FaultPlan, owner: SimProcess) {
    this.#world = world;
    this.#faults = faults;
    this.#owner = owner;
  }

  call<T>(what: string, execute: () => Promise<T>, options: CallOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      // What the rest of a synchronous step does after its process died, it does not do.
      if (!this.#owner.isAlive) return;
      const fault = this.#roll(options);
      const fail = (delayMs: number) =>
        this.#owner.wakeAt(this.#world.now + delayMs, () => reject(unreachable(what)));
      if (fault === 'killed_before_call') return this.#owner.kill();
      if (fault === 'request_lost') return void fail(this.#world.random.between(5, 900));
      if (fault === 'request_late') {
        fail(this.#world.random.between(5, 100));
        this.#world.after(
          this.#world.random.between(100, 1_500),
          () => void this.#execute(what, execute).catch(() => {}),
        );
        return;
      }
      this.#lastArrival = Math.max(this.#lastArrival + TINY_MS, this.#world.now + this.#latency());
      this.#world.at(this.#lastArrival, () => {
        if (this.#faults.isAway) return void fail(this.#latency());
        if (options.isWrite === true && this.#faults.isRefusing) {
          this.#owner.wakeAt(this.#world.now + this.#latency(), () => reject(refused(what)));
          return;
        }
        const answer = this.#execute(what, execute);
        if (fault === 'killed_after_call') {
          answer.catch(() => {});
          return this.#owner.kill();
        }
        if (fault === 'reply_lost') {
          answer.catch(() => {});
          return void fail(this.#world.random.between(5, 900));
        }
        answer.then(
          (value) => this.#reply(() => (this.#faults.isAway ? reject(unreachable(what)) : resolve(value))),
          (error: unknown) => this.#reply(() => reject(error)),
        );
      });
    });
  }

  #execute<T>(what: string, execute: () => Promise<T>): Promise<T> {
    this.#world.note(`${this.#owner.name} ${what}`);
    return execute();
  }

  #reply(answer: () => void): void {
    this.#lastReply = Math.max(this.#lastReply + TINY_MS, this.#world.now + this.#latency());
    this.#owner.wakeAt(this.#lastReply, answer);
  }

  #roll(options: CallOptions): CallFault | undefined {
    if (options.isCommit === true && this.#faults.strikes('commit_unknown', 0.06)) {
      return this.#world.random.chance(0.5) ? 'request_lost' : 'reply_lost';
    }
    return this.#faults.strikesCall();
  }

  /** Mostly below 2 ms, now and then much more. */
  #latency(): number {
    const { random } = this.#world;
    return random.chance(0.02) ? random.between(5, 60) : random.between(0.1, 1.5);
  }
}

function unreachable(what: string): SluiceError {
  return new SluiceError('redis_unreachable', `${what}: the simulated store does not answer`);
}

function refused(what: string): SluiceError {
  return new SluiceError('redis_refused', `${what}: the simulated store refuses writes`);
}
