/** What earlier versions stored of runs that were not done, each in a file of states/: this build takes it up and finishes all of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { connect, type RunView, type Sluice } from '../../sdk/index.ts';
import { type RedisAddress, redisAddress } from '../sdk/redis-address.ts';
import { type StoredState, writeKeys } from './stored.ts';
import { type Done, tasksThatSucceed } from './tasks.ts';

const STATES = join(import.meta.dirname, 'states');
/** A worker of the old version counts as lost after some seconds; until then its work is not given to another. */
const LONGEST_MS = 25_000;

let address: RedisAddress | undefined;
let sluice: Sluice | undefined;
afterEach(async () => {
  await sluice?.close();
  await address?.close();
});

it.each(readdirSync(STATES))(
  'finishes all runs that %s left unfinished, and does nothing again that had succeeded',
  async (file) => {
    const state = JSON.parse(readFileSync(join(STATES, file), 'utf8')) as StoredState;
    address = await redisAddress();
    const client = new Redis(address.redis.replace('unix://', ''));
    await writeKeys(client, state, address.prefix);
    client.disconnect();

    const looking = await connect({ redis: address.redis, prefix: address.prefix });
    const ids = Object.values(state.runs).flat();
    const before = await Promise.all(ids.map((id) => looking.run(id).show()));
    expect(before.every(({ status }) => status !== 'succeeded')).toBe(true);
    const last = await newestScheduled(looking);
    await looking.close();

    sluice = await connect({ redis: address.redis, prefix: address.prefix, orchestrator: true });
    const done: Done[] = [];
    await sluice.worker({ queues: { default: 16 }, tasks: tasksThatSucceed(done) });
    for (const view of before) await help(sluice, view);
    const ends = await Promise.all(ids.map((id) => endOf(sluice, id)));
    expect(ends).toEqual(
      before.map(({ workflow }) => ({ workflow, status: 'succeeded', ...OUTPUTS[workflow] })),
    );

    for (const view of before) {
      const again = done.filter(({ run }) => run === view.id).map(nameOf);
      const succeeded = view.nodes.filter(({ status }) => status === 'succeeded').map(({ id }) => id);
      expect(
        again.filter((id) => succeeded.includes(id)),
        view.workflow,
      ).toEqual([]);
      const events = [];
      for await (const { seq } of sluice.run(view.id).events()) events.push(seq);
      expect(events, view.workflow).toEqual(events.map((_, at) => at + 1));
    }
    // The ticks that were missed meanwhile are one run.
    await expect.poll(() => newestScheduled(sluice), { timeout: 10_000 }).not.toBe(last);
  },
  LONGEST_MS,
);

/** What they come to, of the workflows that have outputs. */
const OUTPUTS: { readonly [workflow: string]: { readonly end: number } } = {
  retrying: { end: 1 },
  wide: { end: 6 },
  parent: { end: 1 },
  posted: { end: 4 },
  approving: { end: 3 },
  shell: { end: 3 },
};

/** Does what a run waits for from people. */
async function help(sluice: Sluice, { id, workflow }: RunView): Promise<void> {
  const run = sluice.run(id);
  if (workflow === 'approving') await run.approve('go', { form: { count: 3 } });
  if (workflow === 'signalled') await run.signal('paid', { amount: 1 });
  if (workflow === 'paused') await run.resume();
  if (workflow === 'failed') await run.retry();
}

async function endOf(sluice: Sluice | undefined, id: string): Promise<object> {
  const run = sluice?.run(id);
  const outputs = await run?.result();
  const { workflow, status } = (await run?.show()) ?? {};
  return { workflow, status, ...outputs };
}

async function newestScheduled(sluice: Sluice | undefined): Promise<string | undefined> {
  for await (const { id } of sluice?.runs({ workflow: 'scheduled' }) ?? []) return id;
  return undefined;
}

function nameOf({ task, index }: Done): string {
  return index === null ? task : `${task}[${index}]`;
}
