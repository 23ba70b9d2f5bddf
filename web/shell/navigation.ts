/**
 * Where one can go: the navigation, the command palette and the keys are made of this list. A page of a new area is one line here, and
 * a route in its folder.
 */
import type { Role } from '../api/access.ts';

export interface Destination {
  readonly label: string;
  /** Address; `$namespace` is the namespace that one is in. */
  readonly to: string;
  readonly group: 'Work' | 'Operate' | 'Administer';
  /** The second key, after `g`. */
  readonly key?: string;
  /** The least role that sees anything there. */
  readonly needs: Role;
  /** It belongs to no namespace, and needs the role in all. */
  readonly everywhere?: boolean;
  /** Other words by which people look for it. */
  readonly also?: string;
}

export const DESTINATIONS: readonly Destination[] = [
  {
    label: 'Overview',
    to: '/ns/$namespace',
    group: 'Work',
    key: 'o',
    needs: 'viewer',
    also: 'home dashboard',
  },
  {
    label: 'Runs',
    to: '/ns/$namespace/runs',
    group: 'Work',
    key: 'r',
    needs: 'viewer',
    also: 'executions history',
  },
  {
    label: 'Workflows',
    to: '/ns/$namespace/workflows',
    group: 'Work',
    key: 'w',
    needs: 'viewer',
    also: 'definitions editor start new versions',
  },
  {
    label: 'Schedules',
    to: '/ns/$namespace/schedules',
    group: 'Operate',
    key: 's',
    needs: 'viewer',
    also: 'cron triggers backfill',
  },
  {
    label: 'Queues',
    to: '/queues',
    group: 'Operate',
    key: 'q',
    needs: 'viewer',
    everywhere: true,
    also: 'waiting depth',
  },
  {
    label: 'Workers',
    to: '/workers',
    group: 'Operate',
    key: 'k',
    needs: 'viewer',
    everywhere: true,
    also: 'slots heartbeat',
  },
  {
    label: 'Limits',
    to: '/ns/$namespace/limits',
    group: 'Operate',
    key: 'l',
    needs: 'viewer',
    also: 'concurrency rate locks',
  },
  {
    label: 'Notifications',
    to: '/ns/$namespace/notifications',
    group: 'Operate',
    key: 'n',
    needs: 'viewer',
    also: 'alerts channels deliveries dead letters',
  },
  {
    label: 'Secrets',
    to: '/ns/$namespace/secrets',
    group: 'Administer',
    needs: 'admin',
    also: 'passwords variables',
  },
  {
    label: 'Tokens',
    to: '/tokens',
    group: 'Administer',
    key: 't',
    needs: 'admin',
    everywhere: true,
    also: 'access keys api',
  },
  {
    label: 'Audit',
    to: '/audit',
    group: 'Administer',
    key: 'a',
    needs: 'admin',
    everywhere: true,
    also: 'who changed log',
  },
];

export function addressOf({ to }: Destination, namespace: string): string {
  return to.replace('$namespace', encodeURIComponent(namespace));
}
