/** Whether the caller may do what the route does, in the namespace of its path. Whatever is not allowed is refused. */
import { ALL_NAMESPACES, includes, isRole, roleIn } from '../../engine/core/access/role.ts';
import { type AnyOperation, isNamespaced } from '../operation.ts';
import type { Caller } from '../parts.ts';
import { RequestFailure } from '../problem.ts';

type Asked = Pick<AnyOperation, 'id' | 'role' | 'path' | 'params'>;

/**
 * @param namespace of the path, where the route has one; else the role must hold everywhere, unless the route looks at each object itself
 * @throws RequestFailure not_found where the caller may not even know that the namespace is there, else forbidden
 */
export function authorize(caller: Caller, route: Asked, namespace: string | undefined): void {
  if (route.role === 'token') return;
  if (!isRole(route.role)) throw new RequestFailure('forbidden', 'Nobody may call this.');
  const place = isNamespaced(route) ? (namespace ?? '') : ALL_NAMESPACES;
  const role = roleIn(caller.grants, place);
  if (role !== undefined && includes(role, route.role)) return;
  if (role === undefined && isNamespaced(route))
    throw new RequestFailure(
      'not_found',
      `There is no namespace ${JSON.stringify(place.slice(0, 100))} for this token.`,
    );
  const where = isNamespaced(route) ? `in the namespace ${place}` : 'in all namespaces';
  throw new RequestFailure(
    'forbidden',
    `This needs the role ${route.role} ${where}; the token ${held(role)}.`,
  );
}

/** @throws Error for a row of the table that says not, or says wrongly, who may call it */
export function requireRoles(routes: readonly Asked[]): void {
  for (const { id, role, path, params } of routes) {
    if (role !== 'public' && role !== 'token' && !isRole(role))
      throw new Error(`The route ${id} (${path}) has no role.`);
    // A namespace anywhere else would not be checked.
    if (!path.includes('{namespace}') && 'namespace' in params.shape)
      throw new Error(`The route ${id} takes a namespace that is not in its path ${path}.`);
    if (role === 'token' && path.includes('{namespace}'))
      throw new Error(
        `The route ${id} (${path}) is of one namespace, so it must say which role it needs there.`,
      );
  }
}

function held(role: string | undefined): string {
  return role === undefined ? 'has none there' : `has ${role} there`;
}
