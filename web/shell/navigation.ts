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
];

export function addressOf({ to }: Destination, namespace: string): string {
  return to.replace('$namespace', encodeURIComponent(namespace));
}
