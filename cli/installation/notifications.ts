/** What was told to whom. */
import type { AlertLine } from '../../server/contract/alerts.ts';
import type { NotificationLine } from '../../server/contract/notifications.ts';
import type { ChannelLines } from '../../server/parts.ts';

export interface NotificationFilter {
  readonly namespace?: string;
  readonly state?: string;
  /** At most so many. */
  readonly count: number;
}

export interface Notifications {
  /** Newest first. */
  list(filter: NotificationFilter): Promise<readonly NotificationLine[]>;
  /** What fires now, and what was resolved of late. */
  alerts(): Promise<readonly AlertLine[]>;
  /** Channels and alert rules of the installation. */
  channels(): Promise<ChannelLines>;
  /** Tries again: the one with the id, or all that were given up; then waits for how it went. */
  retry(id: string | undefined): Promise<readonly Delivered[]>;
  /** Sends a test by each channel and waits for how it went. */
  test(channels: readonly string[]): Promise<readonly Delivered[]>;
}

export interface Delivered {
  readonly id: string;
  /** Why it was not delivered at this try; undefined: it was. */
  readonly problem: string | undefined;
}
