/** Which Redis a command uses: the one of the flag, else of REDIS_URL, else the embedded one of the current folder. */
import { join } from 'node:path';
import type { RedisFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';

export type RedisPlace =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'socket'; readonly path: string }
  /** `home` is the `.sluice` folder: data of Redis, artifacts. */
  | { readonly kind: 'embedded'; readonly home: string };

export function findRedisPlace(host: Host, flags: RedisFlags): RedisPlace {
  const given = flags.redis ?? host.settings.redis;
  if (given === undefined) return { kind: 'embedded', home: join(host.cwd, '.sluice') };
  const origin = flags.redis === undefined ? 'REDIS_URL' : '--redis';
  const socket = /^(?:unix:\/\/)?(\/.+)$/.exec(given)?.[1];
  if (socket !== undefined) return { kind: 'socket', path: socket };
  if (/^rediss?:\/\//i.test(given) && URL.canParse(given)) return { kind: 'url', url: given };
  // The text may hold a password, so it is not repeated.
  throw usageFailure(
    `${origin} is not the address of a Redis. Write redis://host:6379, rediss://… for TLS, or unix:///path/of/socket.`,
  );
}
