/**
 * What stands between a request and its route, in this order: headers of the answer, the page that it comes from, whose it is, how
 * often they came, and whether they may. All of it before anything of the body is read.
 */
import type { MiddlewareHandler } from 'hono';
import { whileActing } from '../../engine/runtime/client/acting.ts';
import type { Guard, ServerEnv, ServerSettings } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { ROUTES } from '../routes/index.ts';
import { type Authenticate, createAuthenticate } from './authenticate.ts';
import { authorize, requireRoles } from './authorize.ts';
import { believeProxies, peerOf } from './peer.ts';
import { createRequestRate, type RequestRate } from './request-rate.ts';
import { responseHeaders } from './response-headers.ts';
import { ratesOf, type SecuritySettings } from './settings.ts';
import { siteCheck } from './site-check.ts';

export type { SecuritySettings } from './settings.ts';
export { isLoopbackHost } from './settings.ts';

/** @throws Error when a route does not say who may call it */
export function createSecurity(
  settings: SecuritySettings,
): Required<Pick<ServerSettings, 'middleware' | 'guards'>> {
  requireRoles(ROUTES);
  const rate = createRequestRate(ratesOf(settings));
  return {
    middleware: [responseHeaders, siteCheck(settings), believeProxies(settings.proxies ?? [])],
    guards: [callerGuard(createAuthenticate(settings), rate)],
  };
}

function callerGuard(authenticate: Authenticate, rate: RequestRate): Guard {
  /** Some of these find out themselves who it is; then a stranger counts as one. */
  const letIn: MiddlewareHandler<ServerEnv> = async (context, next) => {
    await rate.count(`public:${peerOf(context)}`);
    await next();
    if (context.res.status === 401) await rate.countStranger(peerOf(context));
  };
  return (route) => async (context, next) => {
    if (route.role === 'public') return letIn(context, next);
    const caller = await authenticate(context, route.signIn).catch(async (thrown: unknown) => {
      if (thrown instanceof RequestFailure) await rate.countStranger(peerOf(context));
      throw thrown;
    });
    await rate.count(caller.id ?? caller.kind);
    authorize(caller, route, context.req.param('namespace'));
    context.set('caller', caller);
    const { kind, name, id, address } = caller;
    const who = {
      kind,
      name,
      ...(id === undefined ? {} : { id }),
      ...(address === undefined ? {} : { address }),
    };
    return whileActing({ who, request: context.get('requestId') }, next);
  };
}
