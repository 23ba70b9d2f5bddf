/** Removes what runs share and nothing refers to any more. Adapter: engine/redis. */

export interface Unused {
  /** A plan by its hash, a source bundle by its id, a workflow that was started from a file by `namespace/name`. */
  readonly kind: 'plan' | 'source' | 'workflow';
  readonly name: string;
}

export interface UnusedStep {
  readonly removed: readonly Unused[];
  /** The way through all that is stored has ended; the next step begins another. */
  readonly done: boolean;
  /** Found on this way for the first time, and removed by the next one if nothing refers to it then either. */
  readonly pending: number;
}

export interface UnusedRemover {
  /**
   * The next piece of a way through all that is stored: bounded work. What a run, an applied workflow, a schedule or a plan that is kept
   * refers to stays, also when it begins to at any moment of the way. A step that failed begins anew.
   */
  step(): Promise<UnusedStep>;
}
