/**
 * Keeps web pages of others out. A page whose name was made to mean this machine (DNS rebinding) sends that name as `Host`; a page
 * that sends requests across (CSRF) sends its own `Origin` or says `cross-site`. Neither passes, whatever token comes along.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { ServerEnv } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { isLoopbackHost, type SecuritySettings } from './settings.ts';

/** Of a server that others reach: load balancers ask by its address, whatever it is called, and are told nothing but how it is. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz']);

export function siteCheck(settings: Pick<SecuritySettings, 'host' | 'hosts'>): MiddlewareHandler<ServerEnv> {
  const isKnown = hostCheck(settings);
  const isReached = !isLoopbackHost(settings.host);
  return async (context, next) => {
    if (isReached && PROBES.has(context.req.path)) return next();
    const host = (context.req.header('host') ?? '').toLowerCase();
    if (!isKnown(host)) throw foreignHost(host);
    const problem = foreignSite(context, host);
    if (problem !== undefined) throw new RequestFailure('forbidden', problem);
    await next();
  };
}

/** Names are checked where there is a list of them: on loopback always, elsewhere if the operator gave some. */
function hostCheck({
  host,
  hosts = [],
}: Pick<SecuritySettings, 'host' | 'hosts'>): (host: string) => boolean {
  const isLocal = isLoopbackHost(host);
  if (!isLocal && hosts.length === 0) return () => true;
  const named = new Set(hosts.map((one) => one.toLowerCase()));
  return (given) => {
    const name = given.replace(/:\d{1,5}$/, '');
    return (isLocal && isLoopbackHost(name)) || named.has(given) || named.has(name);
  };
}

function foreignHost(host: string): RequestFailure {
  return new RequestFailure(
    'forbidden',
    `This server is not called ${JSON.stringify(host.slice(0, 100))}. Reach it as localhost, or start it with that name: SLUICE_API_HOSTS.`,
  );
}

function foreignSite({ req }: Context<ServerEnv>, host: string): string | undefined {
  const origin = req.header('origin');
  if (origin !== undefined && !isSameHost(origin, host))
    return `A page of ${JSON.stringify(origin.slice(0, 100))} may not use this server: it answers its own pages and programs only.`;
  const site = req.header('sec-fetch-site');
  const isLink = req.header('sec-fetch-mode') === 'navigate' && req.method === 'GET';
  if ((site === 'cross-site' || site === 'same-site') && !isLink)
    return 'A page of another site may not use this server.';
  return undefined;
}

function isSameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host.replace(/:80$/, '');
}
