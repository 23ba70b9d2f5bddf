/** What a cluster must not leave behind when its runs have ended. */
import { bullPrefix } from '../../../engine/bullmq/job-form.ts';
import type { Cluster } from '../cluster.ts';
import { groupLives } from '../process-group.ts';

/** Tickets that nobody needs any more may still be on their way to a worker that drops them. */
const PATIENCE_MS = 8_000;

/** Answers what is left, in words: in Redis, then processes that do not end in good order, then work that goes on. */
export async function findLeaks(cluster: Cluster): Promise<string[]> {
  return [...(await findKeys(cluster)), ...(await stopRoles(cluster)), ...findTasks(cluster)];
}

/** What is left in Redis, in words, after some patience. */
export async function findKeys(place: Pick<Cluster, 'connections' | 'shards'>): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = [...(await findShardKeys(place)), ...(await findTickets(place))];
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function findShardKeys({
  connections,
  shards,
}: Pick<Cluster, 'connections' | 'shards'>): Promise<string[]> {
  const { keys, call } = connections;
  const counts = Array.from({ length: shards }, (_, shard) => [
    count(`flights of shard ${shard}`, call('hlen', [keys.flight(shard)])),
    count(`timers of shard ${shard}`, call('zcard', [keys.timers(shard)])),
    count(`live runs of shard ${shard}`, call('scard', [keys.live(shard)])),
    count(`messages of shard ${shard}`, call('xlen', [keys.inbox(shard)])),
  ]);
  return (await Promise.all(counts.flat())).flat();
}

/** A queue is empty when BullMQ has nothing in any of its lists. */
async function findTickets({ connections }: Pick<Cluster, 'connections'>): Promise<string[]> {
  const { call } = connections;
  const queue = `${bullPrefix('sluice:', 'default')}:default`;
  const lists = ['wait', 'active', 'paused'].map((list) =>
    count(`tickets ${list}`, call('llen', [`${queue}:${list}`])),
  );
  const sets = ['prioritized', 'delayed', 'completed', 'failed'].map((set) =>
    count(`tickets ${set}`, call('zcard', [`${queue}:${set}`])),
  );
  return (await Promise.all([...lists, ...sets])).flat();
}

async function count(what: string, answer: Promise<unknown>): Promise<string[]> {
  const found = Number(await answer);
  return found === 0 ? [] : [`${found} ${what}`];
}

async function stopRoles({ liveOrchestrators, liveWorkers }: Cluster): Promise<string[]> {
  const alive = [...liveOrchestrators, ...liveWorkers];
  const ends = await Promise.all(
    alive.map(async (child) => {
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), PATIENCE_MS).unref());
      const end = await Promise.race([child.stop(), late]);
      if (end === 'late') return [`${child.name} did not end within ${PATIENCE_MS} ms of SIGTERM`];
      return end.code === 0
        ? []
        : [`${child.name} ended with ${end.signal ?? `code ${end.code}`}: ${end.stderr}`];
    }),
  );
  return ends.flat();
}

/** Work of workers that were killed may outlive them: nobody was left to end it. */
function findTasks({ ledger, disturbed }: Cluster): string[] {
  const lines = ledger.read().filter(({ what, worker }) => what === 'start' && !disturbed.has(worker));
  return lines
    .filter(({ pid }) => groupLives(pid))
    .map(({ task, pid }) => `the task ${task} (${pid}) still works`);
}
