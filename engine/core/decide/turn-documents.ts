/** What a turn did to documents of actors: in memory at once, and back again when its commit is void. */
import { documentKey } from '../actor.ts';
import type { Json } from '../json.ts';
import type { ShardState } from '../shard-state.ts';

export class TurnDocuments {
  readonly #shard: ShardState;
  readonly #changes = new Map<string, string | null>();
  /** As they stood before this turn. */
  readonly #before = new Map<string, readonly [actor: string, field: string, value: Json | undefined]>();

  constructor(shard: ShardState) {
    this.#shard = shard;
  }

  /** Documents as JSON by key; null: removed. */
  get changes(): ReadonlyMap<string, string | null> {
    return this.#changes;
  }

  get size(): number {
    return this.#changes.size;
  }

  /** Answers how many characters it has as JSON. */
  set(actor: string, field: string, value: Json): number {
    this.#keep(actor, field);
    const documents = this.#shard.actors.get(actor) ?? new Map<string, Json>();
    this.#shard.actors.set(actor, documents);
    documents.set(field, value);
    const json = JSON.stringify(value);
    this.#changes.set(documentKey(actor, field), json);
    return json.length;
  }

  remove(actor: string, field: string): void {
    const documents = this.#shard.actors.get(actor);
    if (!documents?.has(field)) return;
    this.#keep(actor, field);
    documents.delete(field);
    if (documents.size === 0) this.#shard.actors.delete(actor);
    this.#changes.set(documentKey(actor, field), null);
  }

  undo(): void {
    // New maps: what was derived from the old ones is void as well.
    const restored = new Map<string, Map<string, Json>>();
    for (const [actor, field, value] of this.#before.values()) {
      const documents = restored.get(actor) ?? new Map(this.#shard.actors.get(actor));
      restored.set(actor, documents);
      if (value === undefined) documents.delete(field);
      else documents.set(field, value);
    }
    for (const [actor, documents] of restored) {
      if (documents.size === 0) this.#shard.actors.delete(actor);
      else this.#shard.actors.set(actor, documents);
    }
    this.#before.clear();
  }

  #keep(actor: string, field: string): void {
    const key = documentKey(actor, field);
    if (this.#before.has(key)) return;
    this.#before.set(key, [actor, field, this.#shard.actors.get(actor)?.get(field)]);
  }
}
