/** The form of a fault: how often it comes, and what it does, healing included. One more is one entry in a list. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../simulation/random.ts';
import type { World } from '../world.ts';

export interface Fault {
  readonly name: string;
  /** How often it strikes at full strength. */
  readonly perMinute: number;
  /** Faults of Redis take turns: two at once could not be healed apart. */
  readonly onRedis?: true;
  /** Resolves when it is healed. Answers a word about what it did, or false when there was nobody to strike. */
  strike(world: World, random: Random): Promise<string | false>;
}

/** Between the two, ms. */
export async function pauseBetween(random: Random, low: number, high: number): Promise<number> {
  const ms = Math.round(random.between(low, high));
  await pause(ms);
  return ms;
}
