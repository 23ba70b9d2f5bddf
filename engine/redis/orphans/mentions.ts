/**
 * Which plans, source bundles and workflows are named anywhere. Whatever a document that is kept mentions is kept: the hash alone
 * decides, not the member that it stands in, so that a new kind of reference cannot be overlooked.
 */
import type { Connections } from '../connection.ts';
import { SMALL_PIECE, scan } from '../scan.ts';

/** SHA-256 in hex. */
const HASH = /\b[0-9a-f]{64}\b/g;
/** A run's own workflow, a sub-workflow that is started by its name, what a schedule starts. In any namespace: too much is kept rather than too little. */
const WORKFLOW = /\bworkflow\\*"\s*:\s*\\*"([^"\\]+)/g;

export class Mentions {
  readonly #hashes = new Set<string>();
  readonly #workflows = new Set<string>();

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  /** Of plans and source bundles. */
  hashes(): IterableIterator<string> {
    return this.#hashes.values();
  }

  hasWorkflow(name: string): boolean {
    return this.#workflows.has(name);
  }

  note(text: string | null | undefined): void {
    this.noteHashes(text);
    for (const [, name = ''] of (text ?? '').matchAll(WORKFLOW)) this.#workflows.add(name);
  }

  /** Of a workflow as it was started last: what it starts is kept by those who need it. */
  noteHashes(text: string | null | undefined): void {
    for (const [hash] of (text ?? '').matchAll(HASH)) this.#hashes.add(hash);
  }

  /** What documents of actors, and posts on their way, mention. Yields after each piece. */
  async *noteShard(connections: Connections, shard: number): AsyncGenerator<void> {
    const { keys } = connections;
    for (const key of [keys.actors(shard), keys.outbox(shard)])
      for await (const piece of scan(connections, 'hscan', key, SMALL_PIECE)) {
        for (const text of piece) this.note(text);
        yield;
      }
  }

  /** What the mentioned ones among these plans mention, and so on. By hash the name of one copy. Yields after each plan. */
  async *notePlans({ call }: Connections, plans: ReadonlyMap<string, string>): AsyncGenerator<void> {
    const read = new Set<string>();
    for (let found = true; found; ) {
      found = false;
      for (const [hash, name] of plans) {
        if (read.has(hash) || !this.has(hash)) continue;
        read.add(hash);
        this.note((await call('get', [name])) as string | null);
        found = true;
        yield;
      }
    }
  }
}
