/** What the processes of the benchmark have in common. */

export type RoleName = 'bull-worker' | 'sluice-worker' | 'sluice-orchestrator';

export interface RoleSettings {
  /** Unix socket of Redis. */
  readonly path: string;
  readonly prefix: string;
  /** Bodies at once. */
  readonly concurrency: number;
  /** Workers in a worker process, each with connections and bodies of its own. Default 1. */
  readonly workers?: number;
  /** Default: that of an installation. */
  readonly shards?: number;
}

export interface RunningRole {
  stop(): Promise<void>;
}
