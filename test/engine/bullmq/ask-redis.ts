import { Redis } from 'ioredis';

/** Asks the server something over a connection of its own. */
export async function askRedis<T>(connection: object, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ ...connection, lazyConnect: true });
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
}
