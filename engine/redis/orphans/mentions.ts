/**
 * Which plans and source bundles are named anywhere. Whatever a document that is kept mentions is kept: the hash alone decides, not
 * the member that it stands in, so that a new kind of reference cannot be overlooked.
 */
import type { Connections } from '../connection.ts';
import { SMALL_PIECE, scan } from '../scan.ts';

/** SHA-256 in hex. */
const HASH = /\b[0-9a-f]{64}\b/g;

export class Mentions {
  readonly #hashes = new Set<string>();

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  note(text: string | null | undefined): void {
    for (const [hash] of (text ?? '').matchAll(HASH)) this.#hashes.add(hash);
  }

  /** What documents of actors, and posts on their way, mention. */
  async noteShard(connections: Connections, shard: number): Promise<void> {
    const { keys } = connections;
    for (const key of [keys.actors(shard), keys.outbox(shard)])
      for await (const piece of scan(connections, 'hscan', key, SMALL_PIECE))
        for (const text of piece) this.note(text);
  }

  /** What applied workflows, and those started last, mention. */
  async noteHashes({ call }: Connections, names: readonly string[]): Promise<void> {
    for (const name of names) for (const text of (await call('hvals', [name])) as string[]) this.note(text);
  }

  /** What the mentioned ones among these plans mention, and so on. By hash the name of one copy. */
  async notePlans({ call }: Connections, plans: ReadonlyMap<string, string>): Promise<void> {
    const read = new Set<string>();
    for (let found = true; found; ) {
      found = false;
      for (const [hash, name] of plans) {
        if (read.has(hash) || !this.has(hash)) continue;
        read.add(hash);
        this.note((await call('get', [name])) as string | null);
        found = true;
      }
    }
  }
}
