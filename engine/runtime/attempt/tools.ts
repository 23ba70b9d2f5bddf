/** What a worker gives to each of its attempts: a claim, and what it works with. */
import type { InboxMessage } from '../../core/message.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executor } from '../../ports/executor.ts';
import type { LogStore } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { ClaimName } from '../../ports/shard-store.ts';
import type { AttemptTracer } from '../../ports/tracer.ts';
import type { Workspace } from '../../ports/workspace.ts';
import type { AlarmLoop } from '../alarm-loop.ts';
import type { OutputStore } from '../files/output-store.ts';
import type { CacheTools } from './cached-outcome.ts';
import type { UnstoredLogs } from './unstored-logs.ts';

export interface Claim extends ClaimName {
  readonly delivery: number;
  /** The store's clock, ms. */
  readonly at: number;
}

export interface AttemptTools {
  readonly executors: ReadonlyMap<string, Executor>;
  readonly workspace: Workspace;
  readonly logs: LogStore;
  readonly unstored: UnstoredLogs;
  /** Absent: the worker knows no secret. */
  readonly secrets?: SecretStore | undefined;
  /** Where large outputs go. Absent: they are not taken. */
  readonly outputs?: OutputStore | undefined;
  /** Where former successes are found. Absent: everything is worked on. */
  readonly reuse?: CacheTools | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly alarms: AlarmLoop;
  readonly graceMs: number;
  /** Name of the worker, for `started`. */
  readonly worker: string;
  /** Sends messages to the shard; never rejects, answers whether they were taken. */
  readonly tell: (messages: readonly InboxMessage[]) => Promise<boolean>;
  readonly onOutage: (error: unknown) => void;
  /** Aborts when the worker waits for nothing any more. */
  readonly giveUp: AbortSignal;
  /** Follows attempts in traces. */
  readonly tracer?: AttemptTracer | undefined;
}
