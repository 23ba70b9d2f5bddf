/**
 * A simulated process: it has a clock of its own (perhaps wrong), and can be frozen or killed. Everything that wakes it
 * (timers, replies, tickets) goes through `wake`; a dead process never wakes again, so its promises stay open for ever.
 */
import type { Clock } from '../../engine/ports/clock.ts';
import { sleepOn, type World } from './world.ts';

/** Keeps apart what woke a process in a certain order. */
const TINY_MS = 0.001;

export class SimProcess {
  readonly name: string;
  readonly clock: Clock;
  isAlive = true;
  /** Called once, when the process dies. */
  readonly onDeath: (() => void)[] = [];
  readonly #world: World;
  #frozenUntil = 0;
  #backlog = 0;

  constructor(world: World, name: string, skewMs = 0) {
    this.name = name;
    this.#world = world;
    this.clock = {
      now: () => Math.floor(world.now + skewMs),
      sleep: (ms, signal) => sleepOn((work) => this.wakeAt(world.now + Math.max(0, ms), work), signal),
    };
  }

  wakeAt(time: number, work: () => void): () => void {
    let isOff = false;
    const run = () => {
      if (isOff || !this.isAlive) return;
      if (this.#frozenUntil <= this.#world.now) return work();
      this.#backlog++;
      this.#world.at(this.#frozenUntil + this.#backlog * TINY_MS, run);
    };
    const callOff = this.#world.at(time, run);
    return () => {
      isOff = true;
      callOff();
    };
  }

  /** As SIGSTOP and, later, SIGCONT. */
  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#world.now + ms);
  }

  /** As SIGKILL. */
  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    for (const die of this.onDeath) die();
  }
}
