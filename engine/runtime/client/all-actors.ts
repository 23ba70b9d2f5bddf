/** Documents of actors wherever they live: their addresses say the shard, a prefix of addresses does not. */
import { parseDocumentKey } from '../../core/actor.ts';
import type { Json } from '../../core/json.ts';
import type { ClientStore, StoredDocument } from '../../ports/shard-store.ts';

/** Those of all shards whose actors' addresses begin with the prefix, as last committed; those of one actor stand together. */
export async function readAllActors(
  store: Pick<ClientStore, 'readActors'>,
  shards: number,
  prefix: string,
): Promise<readonly StoredDocument[]> {
  const numbers = Array.from({ length: shards }, (_, shard) => shard);
  return (await Promise.all(numbers.map((shard) => store.readActors(shard, prefix)))).flat();
}

/** By address, then by field. */
export function byActor(stored: readonly StoredDocument[]): Map<string, Map<string, Json>> {
  const actors = new Map<string, Map<string, Json>>();
  for (const [name, json] of stored) {
    const { actor, field } = parseDocumentKey(name);
    const documents = actors.get(actor) ?? new Map<string, Json>();
    actors.set(actor, documents);
    documents.set(field, JSON.parse(json) as Json);
  }
  return actors;
}
