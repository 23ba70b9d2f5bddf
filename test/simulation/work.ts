/** What an attempt does: the same for the same attempt of the same run, however often it is delivered. */
import type { Json, JsonObject } from '../../engine/core/json.ts';
import { randomFor } from './random.ts';

export interface Behaviour {
  readonly end: 'succeed' | 'fail' | 'hang' | 'kill';
  /** Time until the end, ms. */
  readonly ms: number;
  /** Goes on for so long when it is asked to stop, ms. */
  readonly deafMs: number;
  readonly reportsProgress: boolean;
  readonly retryAfterMs: number | undefined;
  /** Number of items in the output `n`. */
  readonly items: number;
  readonly errorCode: 'exit_code' | 'http_status';
  /** What it reports that it cost, as soon as it begins; a fraction that sums keep exactly. */
  readonly cost: number | undefined;
}

export interface WorkName {
  readonly run: string;
  readonly task: string;
  /** -1 when the task is no fan-out. */
  readonly item: number;
  readonly attempt: number;
}

/** `options` are the action's: `fail` and `hang` are shares, `kill` makes each attempt kill its worker. */
export function behaviourOf(seed: number, name: WorkName, options: JsonObject): Behaviour {
  const dice = randomFor(seed, name.run, name.task, name.item, name.attempt);
  const roll = dice.next();
  const fail = Number(options['fail'] ?? 0);
  const hang = Number(options['hang'] ?? 0);
  let end: Behaviour['end'] = roll < fail ? 'fail' : roll < fail + hang ? 'hang' : 'succeed';
  if (options['kill'] === true) end = 'kill';
  return {
    end,
    ms: dice.chance(0.15) ? dice.between(300, 2_500) : dice.chance(0.2) ? 0 : dice.between(5, 250),
    deafMs: dice.chance(0.3) ? dice.between(100, 14_000) : 0,
    reportsProgress: dice.chance(0.2),
    retryAfterMs: dice.chance(0.1) ? dice.int(100, 1_500) : undefined,
    items: dice.int(0, 5),
    errorCode: dice.chance(0.7) ? 'exit_code' : 'http_status',
    cost: dice.chance(0.3) ? dice.int(0, 80) / 8 : undefined,
  };
}

/** More than a simulated run keeps in its state. */
const LARGE = 400;

/** Large outputs of a success: a text that says whose it is, and a list of them. */
export function largeOutputs(token: string): JsonObject {
  return { large: largeText(token), list: ['a', 'b'].map(() => largeText(token)) };
}

function largeText(token: string): string {
  return `large|${token}|${'x'.repeat(LARGE)}`;
}

/** Whether the value is such a text, whole, by one of these tokens. */
export function isLargeText(value: Json | undefined, tokens: ReadonlySet<string>): boolean {
  const token = typeof value === 'string' ? (value.split('|')[1] ?? '') : '';
  return tokens.has(token) && value === largeText(token);
}
