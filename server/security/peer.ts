/** Where a request comes from: the address of the connection. Headers that claim another are not believed. */
import type { Context } from 'hono';
import type { ServerEnv } from '../parts.ts';

interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/** `unknown` where there is no connection, as in tests without a socket. */
export function peerOf(context: Context<ServerEnv>): string {
  const { incoming } = (context.env ?? {}) as NodeBindings;
  return incoming?.socket?.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? 'unknown';
}
