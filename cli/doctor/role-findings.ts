/** Who lives on this Redis, and whether somebody is missing for the runs that are on their way. */
import type { WorkerInfo } from '../../engine/ports/membership.ts';
import type { Finding } from '../../engine/redis/index.ts';
import type { Engine } from '../compose/engine.ts';
import { liveOrchestrators } from '../compose/live-orchestrators.ts';
import { unservedLabels, unservedQueues } from '../missing-roles.ts';
import { readVersion } from '../version.ts';
import { countOf } from '../view/count.ts';

/** Unfinished runs that are looked at. */
const MAX_RUNS = 200;

export async function inspectRoles(engine: Engine): Promise<Finding[]> {
  const { membership, shards } = engine;
  const [orchestrators, workers, ownerless, runs] = await Promise.all([
    liveOrchestrators(engine),
    membership.workers(),
    ownerlessShards(engine),
    unfinishedRuns(engine),
  ]);
  const how = engine.isEmbedded ? ' --embedded' : '';
  const live: Finding = {
    level: 'ok',
    message: `${[
      countOf(runs.length, 'unfinished run'),
      countOf(orchestrators.length, 'orchestrator'),
      countOf(workers.length, 'worker'),
    ].join(', ')}.`,
  };
  return [
    live,
    ...workers.map(describeWorker),
    ...checkOwners({ ownerless, orchestrators: orchestrators.length, runs: runs.length, shards, how }),
    ...(await checkQueues(engine, runs, workers, how)),
  ];
}

function describeWorker({ name, queues, version }: WorkerInfo): Finding {
  const slots = Object.entries(queues).map(([queue, count]) => `${queue}:${count}`);
  const message = `Worker ${name} serves ${slots.join(', ')} (version ${version}).`;
  if (version === readVersion()) return { level: 'ok', message };
  return { level: 'warning', message, fix: `This Sluice is ${readVersion()}: let all be of one version.` };
}

interface Owners {
  readonly ownerless: readonly number[];
  readonly orchestrators: number;
  readonly runs: number;
  readonly shards: number;
  readonly how: string;
}

/** Without runs nobody needs to own anything. */
function checkOwners({ ownerless, orchestrators, runs, shards, how }: Owners): Finding[] {
  if (orchestrators === 0) {
    if (runs === 0) return [{ level: 'ok', message: 'No orchestrator is running; none is needed.' }];
    const message = `No orchestrator is running: ${countOf(runs, 'run')} ${runs === 1 ? 'waits' : 'wait'}.`;
    return [{ level: 'error', message, fix: `Start one: \`sluice orchestrator${how}\`.` }];
  }
  if (ownerless.length === 0) return [{ level: 'ok', message: `All ${shards} shards have an owner.` }];
  return [
    {
      level: 'warning',
      message: `Shards without an owner: ${ownerless.join(', ')}.`,
      fix: 'They are taken within two seconds; if this stays so, look at the logs of the orchestrators.',
    },
  ];
}

async function ownerlessShards({ connections, store, shards }: Engine): Promise<number[]> {
  const now = await store.now();
  const untils = await Promise.all(
    Array.from({ length: shards }, (_, shard) =>
      connections.call('hget', [connections.keys.lease(shard), 'until']),
    ),
  );
  return untils.flatMap((until, shard) => (Number(until ?? 0) > now ? [] : [shard]));
}

async function unfinishedRuns({ store, shards }: Engine): Promise<string[]> {
  const byShard = await Promise.all(Array.from({ length: shards }, (_, shard) => store.liveRuns(shard)));
  return byShard.flat();
}

async function checkQueues(
  engine: Engine,
  runs: readonly string[],
  workers: readonly WorkerInfo[],
  how: string,
): Promise<Finding[]> {
  const served = new Set(workers.flatMap(({ queues }) => Object.keys(queues)));
  const missing = new Set<string>();
  const labels = new Map<string, Finding>();
  for (const run of runs.slice(0, MAX_RUNS)) {
    const loaded = await engine.client.load(run).catch(() => undefined);
    if (!loaded) continue;
    for (const queue of unservedQueues(loaded.plan, served)) missing.add(queue);
    for (const { queue, labels: wanted } of unservedLabels(loaded.plan, workers))
      labels.set(`${queue} ${wanted}`, labelsFinding(queue, wanted, how));
  }
  const queues = [...missing].map(
    (queue): Finding => ({
      level: 'error',
      message: `No worker serves the queue ${queue}, which unfinished runs use.`,
      fix: `Start one: \`sluice worker${how} --queues ${queue}\`.`,
    }),
  );
  return [...queues, ...labels.values()];
}

function labelsFinding(queue: string, labels: string, how: string): Finding {
  return {
    level: 'error',
    message: `No worker of the queue ${queue} has the labels ${labels}, which unfinished runs ask for.`,
    fix: `Start one: \`sluice worker${how} --queues ${queue} --labels ${labels}\`.`,
  };
}
