/** One that needs limits, and how far it has come: it asks for one after the other. */
export interface LimitNeed {
  readonly address: string;
  /** As written by the author, resolved. */
  readonly key: string;
  /** Holders at once, or units in a window. */
  readonly limit: number;
  /** Length of the window, ms; of rate limits only. */
  readonly perMs?: number;
  /** Units of a rate limit; 1 for all others. */
  readonly cost: number;
}

export interface LimitWait {
  readonly needs: readonly LimitNeed[];
  /** How many of them it has. */
  got: number;
  /** When it asked last, and for how long it waits before it asks again, ms. */
  askedAt: number;
  pauseMs: number;
}
