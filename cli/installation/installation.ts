/**
 * What the verbs work on: an installation of Sluice, reached directly on its Redis (redis/) or through its server (server/). A verb knows only
 * this, so that it says and does the same by either way. Methods throw SluiceError alike, whichever way was taken.
 */
import type { Plan } from '../../engine/core/plan.ts';
import type { CostQuery, CostReport } from '../../engine/runtime/client/cost-report.ts';
import type { QueueLine, WorkerLine } from '../../server/queue-line.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Limits } from './limits.ts';
import type { Notifications } from './notifications.ts';
import type { Runs } from './runs.ts';
import type { ScheduleDesk } from './schedules.ts';
import type { StoredSecrets } from './secrets.ts';
import type { Steering } from './steering.ts';
import type { Tokens } from './tokens.ts';
import type { Workflows } from './workflows.ts';

export interface Installation {
  readonly runs: Runs;
  readonly steering: Steering;
  readonly workflows: Workflows;
  readonly schedules: ScheduleDesk;
  readonly limits: Limits;
  readonly secrets: StoredSecrets;
  readonly tokens: Tokens;
  readonly audit: AuditTrail;
  readonly notifications: Notifications;
  readonly driving: Driving;
  /** What runs cost, by workflow and day. */
  cost(query: CostQuery): Promise<CostReport>;
  /** ms since 1970, by the clock that the installation goes by. */
  now(): Promise<number>;
  /** Who works here; undefined where the caller may not know. */
  members(): Promise<Members | undefined>;
  /** By name, with what waits in each. @throws CliFailure where the caller may not know */
  queues(): Promise<readonly QueueLine[]>;
}

export interface Members {
  readonly orchestrators: readonly string[];
  readonly workers: readonly WorkerLine[];
  /** True when Redis is the private one of a folder. */
  readonly isEmbedded: boolean;
}

/** On a private Redis that nobody drives, a command has to do it itself. */
export interface Driving {
  /** Whether an orchestrator will take what is asked. */
  isDriven(): Promise<boolean>;
  /** Whether nobody else will ever do what is asked. */
  isAlone(): Promise<boolean>;
  /** The plans whose tasks such a command would have to work on; none where it never has to. */
  plansOf(run: string): Promise<readonly Plan[]>;
  /** Drives runs while `work` goes on; with plans also the tasks of these. Only where it is alone. */
  whileDriving<T>(plans: readonly Plan[], work: () => Promise<T>): Promise<T>;
}
