/**
 * Where a request comes from: the address of the connection. Headers that claim another are believed of the operator's own proxies
 * alone, and only as far as those wrote them: from the right to the first address that is no such proxy.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { type AddressRange, isWithin, parseAddress } from '../../engine/core/network/address-scope.ts';
import type { ServerEnv } from '../parts.ts';

interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/** `unknown` where there is no connection, as in tests without a socket. */
export function peerOf(context: Context<ServerEnv>): string {
  return context.get('peer') ?? connectionOf(context);
}

/** The other end of the connection, which may be a proxy. */
export function connectionOf(context: Context<ServerEnv>): string {
  const { incoming } = (context.env ?? {}) as NodeBindings;
  return incoming?.socket?.remoteAddress?.replace(MAPPED, '') ?? 'unknown';
}

/** For all that asks for the peer of a request afterwards. */
export function believeProxies(proxies: readonly AddressRange[]): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const forwarded = context.req.header('x-forwarded-for') ?? '';
    if (proxies.length > 0) context.set('peer', clientOf(connectionOf(context), forwarded, proxies));
    await next();
  };
}

/** The last address that one of the proxies saw. What is no address ends it: then the proxy itself is meant. */
export function clientOf(connection: string, forwarded: string, proxies: readonly AddressRange[]): string {
  let client = connection;
  for (const text of forwarded.split(',').reverse()) {
    const address = withoutPort(text.trim());
    if (!isOneOf(proxies, client) || parseAddress(address) === undefined) break;
    client = address;
  }
  return client;
}

function isOneOf(ranges: readonly AddressRange[], address: string): boolean {
  const bytes = parseAddress(address);
  return bytes !== undefined && ranges.some((range) => isWithin(bytes, range));
}

/** Some proxies write `192.0.2.1:4711` and `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const [, bracketed, plain] = /^(?:\[(.*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  return (bracketed ?? plain ?? text).replace(MAPPED, '');
}

const MAPPED = /^::ffff:(?=\d+\.)/i;
