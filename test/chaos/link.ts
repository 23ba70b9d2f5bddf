/**
 * A link between one process and Redis that can go bad: a proxy from a socket of its own to that of Redis. All other answers
 * that a bad Redis gives (READONLY, LOADING, BUSY, OOM) are had from the real one, see nemesis/redis.ts.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../simulation/random.ts';

export class Link {
  readonly path: string;
  readonly #target: () => string;
  readonly #random: Random;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isSilent = false;
  #lossChance = 0;
  /** Replies whose command had run. */
  lostReplies = 0;
  /** Connections so far. */
  opened = 0;

  /** `target` is asked at each new connection. Call `listening` before use, `close` in the end. */
  constructor(path: string, target: () => string, random: Random) {
    this.path = path;
    this.#target = target;
    this.#random = random;
    this.#server = createServer((client) => this.#join(client));
  }

  listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, resolve);
    });
  }

  /** Nothing goes through in either direction, and connections stay open: as behind a firewall that drops packets. */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** What was held back goes on its way; a real network would lose some of it, and reset the connection. */
  speak(): void {
    this.#isSilent = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** Connections that are there stay silent for ever; new ones are as good as any. */
  strand(): void {
    this.#isSilent = false;
  }

  /** Ends all connections at once. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** From now on this share of the pieces in which replies come is lost with its connection: the commands have run. */
  loseReplies(chance: number): void {
    this.#lossChance = chance;
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #join(client: Socket): void {
    this.opened += 1;
    const redis = createConnection(this.#target());
    const pair = [client, redis] as const;
    this.#pairs.add(pair);
    const end = () => {
      client.destroy();
      redis.destroy();
      this.#pairs.delete(pair);
    };
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
      if (this.#isSilent) socket.pause();
    }
    client.on('data', (piece) => void redis.write(piece));
    redis.on('data', (piece) => {
      if (this.#lossChance > 0 && this.#random.chance(this.#lossChance)) {
        this.lostReplies += 1;
        end();
      } else client.write(piece);
    });
    if (this.#isSilent) for (const socket of pair) socket.pause();
  }
}
