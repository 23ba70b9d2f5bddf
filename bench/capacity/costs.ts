/** What work costs, as measured (`measure.ts`): the constants of the capacity model. */

export interface Costs {
  readonly orchestrator: {
    /** Processor, ms. A commit is what one shard stores at once. */
    readonly commitMs: number;
    readonly nodeMs: number;
    /** Share of a core without any work. */
    readonly idle: number;
    /** Added to that by each worker that is announced. */
    readonly idleByWorker: number;
  };
  readonly worker: {
    readonly nodeMs: number;
    readonly idle: number;
  };
  readonly redis: {
    readonly commitMs: number;
    readonly nodeMs: number;
    readonly idle: number;
    readonly idleByWorker: number;
    /** One beat: a worker says so on each shard of which it holds work, twice a second. */
    readonly beatMs: number;
    readonly commandsByNode: number;
    readonly commandsByWorker: number;
    /** Through its sockets, both ways. */
    readonly bytesByNode: number;
    readonly connectionsByOrchestrator: number;
    readonly connectionsByWorker: number;
    /** What a finished node leaves in memory. */
    readonly keptByNode: number;
  };
  /** One way between a process and Redis, wake-up included, ms. */
  readonly hopMs: number;
}
