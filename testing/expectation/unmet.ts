/** An expectation that was not met. */
import type { Path } from '../../dsl/position.ts';
import type { Json } from '../../engine/core/json.ts';

export interface Unmet {
  /** Where it is written, from the root of the test file. */
  readonly path: Path;
  /** A sentence: `ship: expected skipped, but it has failed`. */
  readonly message: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** Why it came out so. */
  readonly why?: string;
}
