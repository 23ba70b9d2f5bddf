/** Memory in Redis, key by key: what the server reports as a whole also holds buffers and fragments. */
import { connect } from './sluice-parts.ts';

/** Sum of all keys that begin with the prefix, bytes. */
export async function memoryOf(place: { readonly path: string; readonly prefix: string }): Promise<number> {
  const connections = connect(place);
  try {
    let bytes = 0;
    for await (const key of keysOf(connections.redis, place.prefix)) {
      bytes += (await connections.redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
    }
    return bytes;
  } finally {
    await connections.close();
  }
}

type Scanner = ReturnType<typeof connect>['redis'];

async function* keysOf(redis: Scanner, prefix: string): AsyncGenerator<string> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
    yield* keys;
    cursor = next;
  } while (cursor !== '0');
}
