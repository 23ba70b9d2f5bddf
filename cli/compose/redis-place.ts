/** Which Redis a command uses: the one of the flag, else of REDIS_URL, else the embedded one of the current folder. */
import { join } from 'node:path';
import {
  ADDRESS_FORMS,
  parseRedisAddress,
  type RedisAddress,
  readTlsFiles,
} from '../../engine/redis/index.ts';
import type { RedisFlags } from '../command.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';

export type RedisPlace =
  | { readonly kind: 'address'; readonly address: RedisAddress }
  /** `home` is the `.sluice` folder: data of Redis, artifacts. */
  | { readonly kind: 'embedded'; readonly home: string };

export function findRedisPlace(host: Host, flags: RedisFlags): RedisPlace {
  const given = flags.redis ?? host.settings.redis;
  if (given === undefined) return { kind: 'embedded', home: join(host.cwd, '.sluice') };
  const address = parseRedisAddress(given, readTlsFiles(host.settings.environment));
  if (address !== undefined) return { kind: 'address', address };
  const origin = flags.redis === undefined ? 'REDIS_URL' : '--redis';
  // The text may hold a password, so it is not repeated.
  throw usageFailure(`${origin} is not the address of a Redis. ${ADDRESS_FORMS}`);
}
