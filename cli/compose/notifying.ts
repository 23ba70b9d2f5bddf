/** What is to be told: how it fared, and giving it a chance at the end of a command that drives runs by itself. */
import type { Plan } from '../../engine/core/plan.ts';
import { readDeliveries } from '../../engine/runtime/client/notification-view.ts';
import type { Host } from '../host.ts';
import type { Delivered } from '../installation/notifications.ts';
import type { Engine } from './engine.ts';
import { notificationSettings } from './notifier.ts';

/** Longer than one attempt may take, ms. */
const WAIT_MS = 20_000;
const LOOK_MS = 100;

/** How each of these fared at its first try. */
export async function outcomesOf(engine: Engine, ids: readonly string[]): Promise<readonly Delivered[]> {
  const outcomes: Delivered[] = [];
  for (const id of ids) outcomes.push({ id, problem: await problemOf(engine, id) });
  return outcomes;
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
