/**
 * The HTTP API as a Hono application: the route table on the parts of the engine. Holds no state of its own and listens
 * nowhere; `app.request(…)` is enough to test it, listen.ts puts it on a socket.
 */
import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { messageOf } from '../engine/core/errors.ts';
import { addMount } from './mount.ts';
import type { ServerEnv, ServerParts, ServerSettings } from './parts.ts';
import { pathPattern } from './path-pattern.ts';
import { isDefect, problemResponse, RequestFailure } from './problem.ts';
import { endWithRedis } from './redis-silence.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes/index.ts';

export type ServerApp = Hono<ServerEnv>;

export function createApp(parts: ServerParts, settings: ServerSettings = {}): ServerApp {
  const app: ServerApp = new Hono();
  app.onError((thrown, context) => fail(thrown, context, parts));
  app.use(async (context, next) => {
    context.set('requestId', requestIdOf(context));
    await next();
    context.res.headers.set('x-request-id', context.get('requestId'));
  });
  app.use(endWithRedis(parts));
  for (const one of settings.middleware ?? []) app.use(one);
  for (const route of ROUTES) add(app, route, parts, settings);
  addOtherMethods(app);
  for (const mount of settings.mounts ?? []) addMount(app, mount, settings);
  app.notFound((context) => settings.web?.answer(context) ?? fail(notFound(context), context, parts));
  return app;
}

function add(app: ServerApp, route: Route, parts: ServerParts, { guards = [] }: ServerSettings): void {
  const path = pathPattern(route);
  for (const guard of guards) app.on(route.method.toUpperCase(), path, guard(route));
  app.on(route.method.toUpperCase(), path, (context) => route.answer(context, parts));
}

/** A path that is known under other methods says which. */
function addOtherMethods(app: ServerApp): void {
  for (const path of new Set(ROUTES.map(pathPattern))) {
    const methods = ROUTES.filter((route) => pathPattern(route) === path).map(({ method }) =>
      method.toUpperCase(),
    );
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
    app.all(path, ({ req }) => {
      throw new RequestFailure('method_not_allowed', `${req.path} takes ${allow}, not ${req.method}.`, {
        headers: { allow },
      });
    });
  }
}

function notFound({ req }: Context<ServerEnv>): RequestFailure {
  return new RequestFailure(
    'not_found',
    `Nothing is at ${req.path}; /openapi.json lists what there is, and /docs shows it.`,
  );
}

function fail(thrown: unknown, context: Context<ServerEnv>, { logger }: ServerParts): Response {
  const requestId = context.get('requestId') ?? randomUUID();
  const { method, path } = context.req;
  if (isDefect(thrown))
    logger.error('a request failed', { request: requestId, method, path, error: messageOf(thrown) });
  return problemResponse(thrown, { path, requestId });
}

/** The caller's own, where it can stand in a log as it is. */
function requestIdOf({ req }: Context): string {
  const given = req.header('x-request-id') ?? '';
  return /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
}
