/** Signing in with a browser. */
import { closePageSession, openPageSession } from '../operations/session.ts';
import { RequestFailure } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { closedSession, openSession } from '../security/session.ts';

export const sessionRoutes: readonly Route[] = [
  route(openPageSession)(async ({ body, url }, { tokens }) => {
    const verdict = await tokens.verify(body.token);
    if (!verdict.ok) {
      const why =
        verdict.why === 'expired'
          ? 'The token has expired.'
          : 'The token is not known here; it may have been revoked.';
      throw new RequestFailure('unauthenticated', `${why} \`sluice tokens create NAME\` makes another.`);
    }
    const { key, cookie } = openSession(body.token, url.protocol === 'https:');
    return { body: { key, name: verdict.token.name }, headers: { 'set-cookie': cookie } };
  }),
  route(closePageSession)(({ url }) => ({
    body: undefined,
    headers: { 'set-cookie': closedSession(url.protocol === 'https:') },
  })),
];
