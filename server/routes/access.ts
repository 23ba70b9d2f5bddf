/** Who the caller is. */
import { ALL_NAMESPACES, roleIn } from '../../engine/core/access/role.ts';
import { getAccess } from '../operations/access.ts';
import type { ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { type Route, route } from '../route.ts';

/** Newest runs that are looked through for namespaces without an applied workflow. */
const LOOKED_AT = 100;

export const accessRoutes: readonly Route[] = [
  route(getAccess)(async ({ caller }, parts) => {
    if (caller === undefined) throw new RequestFailure('unauthenticated', 'This needs a token.');
    const { kind, name, id = null, grants } = caller;
    const everywhere = roleIn(grants, ALL_NAMESPACES) ?? null;
    const names = new Set(Object.keys(grants).filter((one) => one !== ALL_NAMESPACES));
    if (everywhere !== null) for (const one of await usedNamespaces(parts)) names.add(one);
    const namespaces = [...names].sort().flatMap((one) => {
      const role = roleIn(grants, one);
      return role === undefined ? [] : [{ name: one, role }];
    });
    return { body: { format: 1, kind, name, id, everywhere, namespaces } };
  }),
];

async function usedNamespaces({ definitionStore, index }: ServerParts): Promise<readonly string[]> {
  const [workflows, { runs }] = await Promise.all([definitionStore.list(), index.list({}, LOOKED_AT)]);
  return ['default', ...[...workflows, ...runs].map(({ namespace }) => namespace)];
}
