/** One side of the comparison: the same shapes of work, each done its own way, by worker processes of equal concurrency. */

export type ContenderName = 'bullmq' | 'flow' | 'sluice';

/** What one measured piece of work took. */
export interface Sample {
  /** From the submission to the end that a caller can see, ms. */
  readonly ms: number;
  /** From the start of the first body to the end of the last, ms, by the clock of the worker process. */
  readonly spanMs: number;
  /** Bodies that the worker process ran, counted there. */
  readonly executed: number;
}

export interface Contender {
  readonly name: ContenderName;
  /** Process id by role: what its processor time is counted by. */
  readonly processes: ReadonlyMap<string, number>;
  /** `count` graphs at once, each one node → `width` nodes → one node. */
  fanOuts(count: number, width: number): Promise<Sample>;
  /** `count` chains of `length` nodes at once. */
  chains(count: number, length: number): Promise<Sample>;
  /** Submit to result of the smallest thing that a caller waits for: a run of three nodes, or one BullMQ job. */
  smallest(): Promise<Sample>;
  /** Redis memory that a finished node of a fan-out of this width keeps, bytes. */
  bytesPerNode(width: number): Promise<number>;
  /** Ends its processes and connections. */
  close(): Promise<void>;
}

export interface ContenderOptions {
  /** Unix socket of Redis. */
  readonly path: string;
  /** Before all keys of this contender and round. */
  readonly prefix: string;
  /** Bodies at once in the worker process. */
  readonly concurrency: number;
}

/** @throws Error when other work was done than asked for: such a measurement means nothing. */
export function checked(sample: Sample, expected: number): Sample {
  if (sample.executed === expected) return sample;
  throw new Error(`${sample.executed} bodies ran where ${expected} were asked for; the measurement is void.`);
}
