/**
 * Whose request it is: the token in `Authorization: Bearer …`, or that of a signed-in browser (session.ts). An address is no place
 * for a token, so none is looked for there.
 */
import type { Context } from 'hono';
import { ALL_NAMESPACES } from '../../engine/core/access/role.ts';
import type { Caller, ServerEnv } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { connectionOf, peerOf } from './peer.ts';
import { PAGE_KEY_HEADER, tokenOfSession } from './session.ts';
import { isLoopbackHost, type SecuritySettings } from './settings.ts';

export type Authenticate = (context: Context<ServerEnv>) => Promise<Caller>;

/** @throws RequestFailure unauthenticated, which says the same whatever is wrong with the token but that it has expired */
export function createAuthenticate({ tokens, isOpenLocally = false }: SecuritySettings): Authenticate {
  return async (context) => {
    const { req } = context;
    const paged = tokenOfSession(req.header(PAGE_KEY_HEADER), req.header('cookie'));
    const header = req.header('authorization') ?? (paged === undefined ? undefined : `Bearer ${paged}`);
    const address = peerOf(context);
    if (header === undefined) {
      const isHere = isLoopbackHost(address) && isLoopbackHost(connectionOf(context));
      if (isOpenLocally && isHere) return { ...LOCAL, address };
      throw refusal(
        'This needs a token: `Authorization: Bearer slc_…`. `sluice tokens create NAME` makes one.',
      );
    }
    const [, text] = /^Bearer +([^\s]{1,200})$/i.exec(header) ?? [];
    const verdict = text === undefined ? undefined : await tokens.verify(text);
    if (verdict?.ok) {
      const { id, name, grants } = verdict.token;
      return { kind: 'token', id, name, grants, address };
    }
    if (verdict?.why === 'expired')
      throw refusal('The token has expired. `sluice tokens create NAME` makes another.');
    throw refusal('The token is not known here; it may have been revoked.');
  };
}

const LOCAL: Caller = { kind: 'local', name: 'this machine', grants: { [ALL_NAMESPACES]: 'admin' } };

function refusal(detail: string): RequestFailure {
  return new RequestFailure('unauthenticated', detail, {
    headers: { 'www-authenticate': 'Bearer realm="sluice"' },
  });
}
