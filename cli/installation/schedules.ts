/** What starts by itself. */
import type { BackfillRequest, ScheduleName } from '../../engine/runtime/schedules.ts';
import type { ScheduleLine } from '../../server/schedule-line.ts';

export interface NextRuns {
  readonly schedule: ScheduleLine;
  /** RFC 3339. */
  readonly next: readonly string[];
}

export interface ScheduleDesk {
  /** By namespace, workflow and number. */
  list(namespace?: string): Promise<readonly ScheduleLine[]>;
  /** One schedule and its next times. @throws SluiceError schedule_not_found, also when it is not clear which is meant */
  find(name: ScheduleName, count?: number): Promise<NextRuns>;
  /** Changes; where nobody takes them, that is said. */
  change(work: (changes: ScheduleChanges) => Promise<void>): Promise<void>;
}

/** By the place of a schedule that was found. */
export interface ScheduleChanges {
  pause(schedule: ScheduleLine, reason?: string): Promise<void>;
  resume(schedule: ScheduleLine): Promise<void>;
  /** Answers the backfill's id. */
  backfill(schedule: ScheduleLine, request: BackfillRequest): Promise<string>;
  cancelBackfill(schedule: ScheduleLine, id: string): Promise<void>;
}
