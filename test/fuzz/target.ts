/** One thing to be fuzzed: makes hostile inputs from chance and examples, and says what must hold for each. */
import type { Random } from '../simulation/random.ts';

export interface FuzzTarget {
  /** For `--only`, and the folder of its examples in `corpus/`. */
  readonly name: string;
  /** A new input. `examples` are the corpus; there is at least one. */
  draw(dice: Random, examples: readonly string[]): string;
  /** @throws Error for a defect; whatever the subject itself is allowed to throw is caught here. */
  check(input: string): void | Promise<void>;
}

/** What an input showed. */
export class FuzzDefect extends Error {}

export function demand(holds: boolean, what: string): void {
  if (!holds) throw new FuzzDefect(what);
}
