/** Who is signed in and what they may do, so that a page offers nothing that the server would refuse. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { z } from 'zod';
import type { getAccess } from '../../server/operations/access.ts';
import { preferences, usePreferences } from '../ui/preferences.ts';
import { get, Problem } from './http.ts';

export type Access = z.infer<(typeof getAccess)['reply']>;
export type Role = Access['namespaces'][number]['role'];

/** From the least to the most; `server/operations` has the same list. */
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

export const accessQuery = queryOptions({
  queryKey: ['access'],
  queryFn: ({ signal }) => get<Access>('/api/v1/access', {}, signal),
  staleTime: 30_000,
});

/** The namespace of the address; on a page without one, that of the page before. */
export function useNamespace(): string {
  const { namespace } = useParams({ strict: false });
  const { namespace: last } = usePreferences();
  return namespace ?? last;
}

/** Where `/` leads: the namespace of the last visit. */
export function lastNamespace(): string {
  return preferences().namespace;
}

export interface Allowed {
  readonly access: Access | undefined;
  /** In the namespace of the page; undefined while it is not known, or when there is none. */
  readonly role: Role | undefined;
  /** The server has not said yet who this is. A page that asked before would be refused as a stranger's, question by question. */
  readonly isOpen: boolean;
  /** Nobody is signed in, and somebody has to be. */
  readonly isStranger: boolean;
  /**
   * Why this may not be done, for people; undefined when it may, and while it is not known. `everywhere`: what belongs to no namespace
   * needs the role in all.
   */
  refusal(least: Role, everywhere?: boolean): string | undefined;
}

export function useAccess(): Allowed {
  const namespace = useNamespace();
  const { data: access, error, isPending } = useQuery(accessQuery);
  const isStranger = error instanceof Problem && error.status === 401;
  const role =
    access?.namespaces.find(({ name }) => name === namespace)?.role ?? access?.everywhere ?? undefined;
  return {
    access,
    role,
    isOpen: isPending,
    isStranger,
    refusal(least, everywhere = false) {
      if (access === undefined) return undefined;
      const held = everywhere ? (access.everywhere ?? undefined) : role;
      if (held !== undefined && ROLES.indexOf(held) >= ROLES.indexOf(least)) return undefined;
      const place = everywhere ? 'all namespaces' : `the namespace ${namespace}`;
      return `This needs the role ${least} in ${place}; ${access.name} ${held === undefined ? 'has none there' : `is ${held} there`}.`;
    },
  };
}
