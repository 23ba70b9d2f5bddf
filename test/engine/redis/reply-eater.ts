/** A proxy before a Redis socket that can swallow one reply and hang up: the command was executed, and nobody knows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ReplyEater {
  readonly path: string;
  /** Replies swallowed so far. */
  readonly eaten: number;
  /** Hangs up instead of passing on the next reply to a request that contains the text. */
  eatReplyTo(text: string): void;
  close(): Promise<void>;
}

export async function startReplyEater(redisPath: string): Promise<ReplyEater> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-proxy-'));
  const sockets = new Set<Socket>();
  let bait: string | undefined;
  let eaten = 0;
  const server = createServer((client) => {
    const redis = connect(redisPath);
    let isEating = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (request) => {
      if (bait !== undefined && request.includes(bait)) {
        bait = undefined;
        isEating = true;
      }
      redis.write(request);
    });
    redis.on('data', (reply) => {
      if (!isEating) client.write(reply);
      else {
        eaten += 1;
        client.destroy();
        redis.destroy();
      }
    });
    client.on('close', () => redis.destroy());
    redis.on('close', () => client.destroy());
  });
  const path = join(directory, 'proxy.sock');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    get eaten() {
      return eaten;
    },
    eatReplyTo(text) {
      bait = text;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
