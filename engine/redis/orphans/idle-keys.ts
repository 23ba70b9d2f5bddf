/**
 * Keys that nothing mentions and nobody has used for a while. Whoever takes one that is there uses it (`start.lua` touches the plan), so
 * idleness is what a removal and a start at the same moment agree about; Redis looks at it again in the step that removes.
 */
import type { Connections } from '../connection.ts';
import { createScripts } from '../scripts.ts';
import type { Orphan } from './orphan.ts';
import { idleSeconds } from './runs-seen.ts';
import type { Survey } from './survey.ts';

/** By shard; undefined: of applied workflows, which have a slot of their own. */
export type Marks = ReadonlyMap<number | undefined, string>;

export async function readMarks(connections: Connections, shards: number): Promise<Marks> {
  const { idleMark } = createScripts(connections);
  const marks = new Map<number | undefined, string>();
  marks.set(undefined, await idleMark([slotOfDefinitions(connections)], []));
  for (let shard = 0; shard < shards; shard++)
    marks.set(shard, await idleMark([connections.keys.live(shard)], []));
  return marks;
}

export type KeyOrphan = Extract<Orphan, { keys: readonly string[] }>;

/** A source bundle has an id like a run's, under which its pieces stand. */
const PIECE = /:source\/([0-9a-f]{64})\.\d+$/;

export function* unmentioned({ strays, plans, mentions }: Survey, marks: Marks): Generator<KeyOrphan> {
  const markOf = (shard: number | undefined) => marks.get(shard) ?? '';
  for (const { shard, run, keys: found } of strays.values()) {
    const keys = [...found];
    const bundles = keys.flatMap((key) => PIECE.exec(key)?.[1] ?? []);
    if (bundles.some((hash) => mentions.has(hash))) continue;
    yield { kind: bundles.length > 0 ? 'source' : 'run', shard, name: run, keys, mark: markOf(shard) };
  }
  for (const { hash, key, shard } of plans)
    if (!mentions.has(hash)) yield { kind: 'plan', shard, name: hash, keys: [key], mark: markOf(shard) };
}

/** Whether nobody has used any of them for so long. */
export async function isIdle(
  connections: Connections,
  keys: readonly string[],
  minAgeMs: number,
): Promise<boolean> {
  return keys.length === 0 || (await idleSeconds(connections, keys)) >= toSeconds(minAgeMs);
}

/** Keys in one script call. */
const AT_ONCE = 250;

/** False: they were used meanwhile, or may have been. */
export async function removeIdleKeys(
  connections: Connections,
  orphan: KeyOrphan,
  minAgeMs: number,
): Promise<boolean> {
  const { keys: names } = connections;
  const scripts = createScripts(connections);
  // No run is where applied workflows are.
  const nothing = slotOfDefinitions(connections);
  const fixed =
    orphan.shard === undefined
      ? [nothing, nothing]
      : [names.run(orphan.shard, orphan.name), names.live(orphan.shard)];
  for (let at = 0; at === 0 || at < orphan.keys.length; at += AT_ONCE) {
    const piece = orphan.keys.slice(at, at + AT_ONCE);
    const args = [orphan.name, toSeconds(minAgeMs), orphan.mark];
    const isGone = await scripts.removeIdle([...fixed, ...piece], args);
    if (isGone === 0) return false;
  }
  return true;
}

/** A key that is never there. */
function slotOfDefinitions({ keys }: Connections): string {
  return keys.definitionPlan('');
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
