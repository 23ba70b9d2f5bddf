/**
 * Runs that an earlier command left behind, when it was killed say. An orchestrator drives all runs that it finds, so they
 * go on beside a `run`, but only for as long as that takes; whoever started them must hear how to bring them to their end.
 */
import { isRunEnded } from '../engine/core/node-state.ts';
import type { Engine } from './compose/engine.ts';
import { liveOrchestrators } from './compose/live-orchestrators.ts';
import { unservedQueues } from './missing-roles.ts';

const MAX_NAMED = 3;
/** Runs that are looked at in the end. */
const MAX_LOOKED_AT = 100;

export interface UnfinishedRuns {
  /** Says what is there at the beginning; undefined when there is nothing to say. */
  readonly beginning: string | undefined;
  /** Says what is still there and how to finish it; undefined when nothing is, or another orchestrator drives it. */
  ending(): Promise<string | undefined>;
}

/** Looks before this command's own orchestrator is there. */
export async function findUnfinished(engine: Engine): Promise<UnfinishedRuns> {
  const { store, shards } = engine;
  const live = await Promise.all(Array.from({ length: shards }, (_, shard) => store.liveRuns(shard)));
  const runs = live.flat();
  if (runs.length === 0) return { beginning: undefined, ending: async () => undefined };
  const others = await liveOrchestrators(engine);
  if (others.length > 0)
    return { beginning: `Other runs go on in this Redis: ${named(runs)}.`, ending: async () => undefined };
  return {
    beginning: `Left unfinished in this Redis, and going on only as long as this command runs: ${named(runs)}.`,
    ending: () => describeRest(engine, runs.slice(0, MAX_LOOKED_AT)),
  };
}

async function describeRest(engine: Engine, runs: readonly string[]): Promise<string | undefined> {
  const loaded = await Promise.all(runs.map((run) => engine.client.load(run).catch(() => undefined)));
  const rest = loaded.flatMap((one) => (one && !isRunEnded(one.stored.header.status) ? [one] : []));
  const [first] = rest;
  if (first === undefined) return undefined;
  const queues = new Set(rest.flatMap(({ plan }) => unservedQueues(plan, new Set())));
  const how = engine.isEmbedded ? ' --embedded' : '';
  const where = engine.isEmbedded ? '' : ' (with the same --redis)';
  const worker = queues.size === 0 ? '' : `sluice worker${how} --queues ${[...queues].join(',')} & `;
  const { id } = first.stored.header;
  return [
    `Still unfinished: ${named(rest.map(({ stored }) => stored.header.id))}.`,
    `  To finish${where}: sluice orchestrator${how} & ${worker}sluice watch ${id}`,
    `  To end${where}: sluice cancel ${id}`,
  ].join('\n');
}

function named(runs: readonly string[]): string {
  const rest = runs.length > MAX_NAMED ? ` and ${runs.length - MAX_NAMED} more` : '';
  return `${runs.slice(0, MAX_NAMED).join(', ')}${rest}`;
}
