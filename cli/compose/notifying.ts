/** Commands that have something delivered: driven by this process where nobody else does it, and told how it went. */
import type { Plan } from '../../engine/core/plan.ts';
import { readDeliveries } from '../../engine/runtime/client/notification-view.ts';
import type { RedisFlags } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { plainText } from '../view/plain-text.ts';
import type { Engine } from './engine.ts';
import { liveOrchestrators } from './live-orchestrators.ts';
import { notificationSettings } from './notifier.ts';
import { startOrchestrator } from './roles.ts';
import { withEngine } from './with-engine.ts';

/** Longer than one attempt may take, ms. */
const WAIT_MS = 20_000;
const LOOK_MS = 100;

/** `work` answers the ids of what it sent. @throws CliFailure when one of them was not delivered at the first try */
export function withDriving(
  host: Host,
  flags: RedisFlags,
  work: (engine: Engine) => Promise<readonly string[]>,
): Promise<void> {
  return withEngine(host, { ...flags, use: 'write' }, async (engine) => {
    const isDriven = (await liveOrchestrators(engine)).length > 0;
    const own = isDriven ? undefined : await startOrchestrator(host, engine);
    try {
      await report(host, engine, await work(engine));
    } finally {
      await own?.stop(0);
    }
  });
}

async function report(host: Host, engine: Engine, ids: readonly string[]): Promise<void> {
  const failed: string[] = [];
  for (const id of ids) {
    const problem = await problemOf(engine, id);
    if (problem === undefined) host.say(`${id} was delivered.`);
    else failed.push(`${id} was not delivered: ${plainText(problem)}.`);
  }
  if (failed.length > 0) throw new CliFailure(EXIT.failed, failed.join('\n'));
}

/** Undefined: delivered. */
async function problemOf({ store, shards, clock }: Engine, id: string): Promise<string | undefined> {
  for (const until = clock.now() + WAIT_MS; clock.now() < until; await clock.sleep(LOOK_MS)) {
    const found = (await readDeliveries(store, shards)).find(({ notification }) => notification.id === id);
    if (found?.state === 'delivered') return undefined;
    if (found?.state === 'dead' || found?.state === 'waiting') return found.error ?? 'no reason is known';
  }
  return `no orchestrator has tried it within ${WAIT_MS / 1_000} s`;
}

/**
 * At the end of a command that drives runs by itself: what they have to tell gets a chance to be told. It has been told, or has
 * to wait for its next try, when nothing is on its way from shard to shard or with a receiver.
 */
export async function deliverRest(
  { roleStore, store, shards, clock }: Engine,
  waitMs: number,
): Promise<void> {
  const numbers = Array.from({ length: shards }, (_, shard) => shard);
  let quiet = 0;
  for (const until = clock.now() + waitMs; clock.now() < until && quiet < 2; await clock.sleep(LOOK_MS)) {
    const posts = await Promise.all(numbers.map((shard) => roleStore.loadOutbox(shard)));
    const all = await readDeliveries(store, shards);
    const isQuiet = posts.flat().length === 0 && !all.some(({ state }) => state === 'sending');
    quiet = isQuiet ? quiet + 1 : 0;
  }
}

/** Whether the ends of its runs, or of their tasks, are told to anybody. */
export function hasToTell(host: Host, { notify, callback, tasks }: Plan): boolean {
  return (
    notify !== undefined ||
    callback !== undefined ||
    tasks.some((task) => task.notify !== undefined) ||
    notificationSettings(host).rules.length > 0
  );
}
