/** Membership: which orchestrators and workers live. Each announces itself under a lease; who stops announcing is gone after `ttlMs`. */

export interface WorkerInfo {
  /** One process life of a worker, unique. */
  readonly session: string;
  /** `host:pid` or the name given. */
  readonly name: string;
  /** Queue → slots. */
  readonly queues: { readonly [queue: string]: number };
  readonly labels: { readonly [name: string]: string };
  /** Takes several small tickets that travel together. Bundles are made only where all workers of a queue do. */
  readonly bundles?: boolean;
  /** Goes on with the nodes of a chain. Chains are made only where all workers of a queue do. */
  readonly chains?: boolean;
  /** Names of the executors that it has. */
  readonly executors: readonly string[];
  readonly version: string;
  /** How far its clock is ahead of the store's, ms; absent: not known yet. */
  readonly clockAheadMs?: number;
  /** ms since 1970, the worker's clock. */
  readonly startedAt: number;
}

/** What lies with one orchestrator, as it said last. */
export interface LoadReport {
  /** Nodes that wait for a worker, and those that work, by the queue's name as a workflow has it. */
  readonly queues: {
    readonly [queue: string]: {
      readonly waiting: number;
      readonly running: number;
      /** When the one that waits longest became queued, ms; 0 when none waits. */
      readonly oldestAt: number;
      /** Its run; empty when none waits. */
      readonly oldestRun: string;
    };
  };
  /** Attempts that it knows to be with a worker, by the worker's session. */
  readonly busy: { readonly [session: string]: number };
  /** Nodes that a limit holds back. */
  readonly blocked: number;
  /** Its id. */
  readonly orchestrator?: string;
  /** How far its clock is ahead of the store's, ms; absent: not known. */
  readonly clockAheadMs?: number;
}

/** How long it is known that a member left, ms. */
export const LEFT_MS = 60_000;

export interface Membership {
  announceOrchestrator(id: string, ttlMs: number): Promise<void>;
  /** Ids of live orchestrators, sorted. */
  orchestrators(): Promise<readonly string[]>;
  announceWorker(worker: WorkerInfo, ttlMs: number): Promise<void>;
  workers(): Promise<readonly WorkerInfo[]>;
  /** Queues beyond those that workers name: of label sets, and of single workers. Whoever fits serves them for so long. */
  announceQueues(queues: readonly string[], ttlMs: number): Promise<void>;
  /** Those whose announcement stands, sorted. */
  announcedQueues(): Promise<readonly string[]>;
  /** Says what lies with an orchestrator, for people; holds so long. */
  announceLoad(id: string, load: LoadReport, ttlMs: number): Promise<void>;
  /** Those that hold. */
  loads(): Promise<readonly LoadReport[]>;
  /** Leaves at once. That it left is known for a minute: who is gone without having left was lost. */
  leave(id: string): Promise<void>;
  /** Ids of those that left within the last minute. */
  left(): Promise<readonly string[]>;
}
