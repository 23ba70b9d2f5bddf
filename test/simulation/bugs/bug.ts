/** A planted bug: a patch of the source that the simulation must notice. */
export interface Bug {
  readonly name: string;
  /** Where to look first: no seed before shows the bug, today. Default 1. */
  readonly firstSeed?: number;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Invariants of which at least one must be violated. */
  readonly caughtBy: readonly string[];
}
