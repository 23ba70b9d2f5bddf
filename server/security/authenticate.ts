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

/** `signIn`: what else but a bearer's token and a session is taken. */
export type Authenticate = (context: Context<ServerEnv>, signIn?: 'basic') => Promise<Caller>;

/** @throws RequestFailure unauthenticated, which says the same whatever is wrong with the token but that it has expired */
export function createAuthenticate({ tokens, isOpenLocally = false }: SecuritySettings): Authenticate {
  return async (context, signIn) => {
    const { req } = context;
    const paged = tokenOfSession(req.header(PAGE_KEY_HEADER), req.header('cookie'));
    const given = req.header('authorization');
    const header =
      (signIn === 'basic' ? bearerOf(given) : given) ?? (paged === undefined ? undefined : `Bearer ${paged}`);
    const address = peerOf(context);
    if (header === undefined) {
      const isHere = isLoopbackHost(address) && isLoopbackHost(connectionOf(context));
      if (isOpenLocally && isHere) return { ...LOCAL, address };
      throw refusal(
        signIn,
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
      throw refusal(signIn, 'The token has expired. `sluice tokens create NAME` makes another.');
    throw refusal(signIn, 'The token is not known here; it may have been revoked.');
  };
}

const LOCAL: Caller = { kind: 'local', name: 'this machine', grants: { [ALL_NAMESPACES]: 'admin' } };

/** Of basic authentication the password alone counts. */
function bearerOf(header: string | undefined): string | undefined {
  const [, pair] = /^Basic +([A-Za-z0-9+/=]{1,400})$/i.exec(header ?? '') ?? [];
  if (pair === undefined) return header;
  const text = Buffer.from(pair, 'base64').toString('utf8');
  return `Bearer ${text.slice(text.indexOf(':') + 1)}`;
}

function refusal(signIn: 'basic' | undefined, detail: string): RequestFailure {
  const way =
    signIn === 'basic'
      ? 'Basic realm="sluice: any name, and an API token as password"'
      : 'Bearer realm="sluice"';
  return new RequestFailure('unauthenticated', detail, { headers: { 'www-authenticate': way } });
}
