/** The nemesis: strikes with each fault at its own pace until it is told to stop, and writes down what it did. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Random, randomFor } from '../../simulation/random.ts';
import type { World } from '../world.ts';
import type { Fault } from './fault.ts';
import { NETWORK_FAULTS } from './network.ts';
import { REDIS_FAULTS } from './redis.ts';
import { ROLE_FAULTS } from './roles.ts';

export const FAULTS: readonly Fault[] = [...ROLE_FAULTS, ...NETWORK_FAULTS, ...REDIS_FAULTS];

export interface Strike {
  readonly fault: string;
  readonly at: number;
  readonly healedAt: number;
  readonly what: string;
}

export interface NemesisOptions {
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** Multiplies the pace of all faults. */
  readonly strength: number;
  readonly onStrike: (strike: Strike) => void;
}

export class Nemesis {
  readonly counts = new Map<string, number>();
  readonly #world: World;
  readonly #options: NemesisOptions;
  /** Ends when the fault of Redis that goes on is healed. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(world: World, options: NemesisOptions) {
    this.#world = world;
    this.#options = options;
    for (const { name } of options.faults) this.counts.set(name, 0);
  }

  /** Resolves when all is healed after the signal. @throws when a fault could not be healed */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#options.faults.map((fault) => this.#repeat(fault, signal)));
  }

  async #repeat(fault: Fault, signal: AbortSignal): Promise<void> {
    const random = randomFor(fault.name, this.#options.seed);
    const everyMs = 60_000 / (fault.perMinute * this.#options.strength);
    while (!signal.aborted) {
      await pause(random.between(0.3, 1.7) * everyMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      if (fault.onRedis) await this.#inTurn(() => this.#strike(fault, random, signal));
      else await this.#strike(fault, random, signal);
    }
  }

  #inTurn(strike: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(strike);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #strike(fault: Fault, random: Random, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const at = Date.now();
    const what = await fault.strike(this.#world, random);
    if (what === false) return;
    this.counts.set(fault.name, (this.counts.get(fault.name) ?? 0) + 1);
    this.#options.onStrike({ fault: fault.name, at, healedAt: Date.now(), what });
  }
}
