/** Keys that nobody has used for a while, without waiting for it. */
import type { Connections } from '../../engine/redis/connection.ts';

/** Lets Redis believe that the key was used last so long ago. Not kept by a Redis that saves. */
export async function leaveIdle({ call }: Connections, key: string, ms: number): Promise<void> {
  const restore =
    "redis.call('RESTORE', KEYS[1], 0, redis.call('DUMP', KEYS[1]), 'REPLACE', 'IDLETIME', ARGV[1])";
  await call('eval', [restore, 1, key, ms / 1_000]);
}
