/** Headers of every response that tell a browser what it must not do with it. A page of the server's own gives its own policy. */
import type { MiddlewareHandler } from 'hono';
import type { ServerEnv } from '../parts.ts';

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  // Nothing that is data may load, run or be shown within anything.
  [
    'content-security-policy',
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  ],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=()'],
  ['cache-control', 'no-store'],
];

export const responseHeaders: MiddlewareHandler<ServerEnv> = async (context, next) => {
  await next();
  const { headers } = context.res;
  for (const [name, value] of HEADERS) if (!headers.has(name)) headers.set(name, value);
};
