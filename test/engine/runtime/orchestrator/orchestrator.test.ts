/** What orchestrators do beside their decisions: leases, members, time. On plain Maps, and a clock that is moved by hand. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EngineActions } from '../../../../engine/core/engine-outcome.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import { derivedRunId, shardOf } from '../../../../engine/core/run-id.ts';
import type { Ticket } from '../../../../engine/core/ticket.ts';
import {
  createManualClock,
  createMemoryMembership,
  createMemoryRunIndex,
  createMemoryShardStore,
  type ManualClock,
} from '../../../../engine/memory/index.ts';
import { SILENT } from '../../../../engine/ports/logger.ts';
import type { Membership } from '../../../../engine/ports/membership.ts';
import type { RunIndex } from '../../../../engine/ports/run-index.ts';
import type { ShardStore } from '../../../../engine/ports/shard-store.ts';
import { createClient } from '../../../../engine/runtime/client/client.ts';
import {
  createOrchestrator,
  type Orchestrator,
} from '../../../../engine/runtime/orchestrator/orchestrator.ts';
import { engineActions } from '../../../../sdk/roles.ts';
import { aPlan, aTask } from '../../../support/run-builder.ts';

const SHARDS = 4;
const LEASE_MS = 1_500;
const START_MS = 1_700_000_000_000;

let clock: ManualClock;
let store: ShardStore;
let membership: Membership;
let tickets: Ticket[];
let started: Orchestrator[];

beforeEach(() => {
  clock = createManualClock(START_MS);
  let asked = 0;
  const random = () => (asked++ % 997) / 997;
  store = createMemoryShardStore({ now: () => clock.now(), clock, shards: SHARDS, random });
  membership = createMemoryMembership({ now: () => clock.now() });
  tickets = [];
  started = [];
});

afterEach(async () => {
  const stopping = Promise.all(started.map((one) => one.stop()));
  await clock.advance(10_000);
  await stopping;
});

/** An orchestrator at work, whose ports may be changed. */
async function anOrchestrator(
  id: string,
  change: { store?: object; membership?: object; index?: RunIndex; actions?: EngineActions } = {},
) {
  const orchestrator = createOrchestrator({
    id,
    shards: SHARDS,
    store: { ...store, ...change.store },
    membership: { ...membership, ...change.membership },
    queue: { add: async (given) => void tickets.push(...given), raise: async () => {} },
    index: change.index ?? createMemoryRunIndex(),
    actions: change.actions ?? engineActions(),
    clock,
    logger: SILENT,
  });
  started.push(orchestrator);
  const beginning = orchestrator.start();
  await clock.advance(200);
  await beginning;
  return orchestrator;
}

/** Starts a run that lies on the shard; answers its id. */
async function startOn(shard: number, plan: Plan): Promise<string> {
  const client = aClient();
  for (let i = 0; ; i++) {
    const idempotencyKey = `key-${i}`;
    if (shardOf(derivedRunId(plan.namespace, plan.name, idempotencyKey), SHARDS) !== shard) continue;
    return (await client.start(plan, { idempotencyKey })).run;
  }
}

function aClient() {
  const random = () => new Uint8Array(10);
  return createClient({ store, index: createMemoryRunIndex(), shards: SHARDS, clock, random });
}

async function whoHolds(shard: number): Promise<'nobody' | 'somebody'> {
  return (await store.leaseLeft(shard, 'stranger')) > 0 ? 'somebody' : 'nobody';
}

/** As the connection gives up a command. */
async function noAnswer(): Promise<never> {
  await clock.sleep(4_000);
  throw new Error('no answer');
}

/** While `isDead`, calls that concern the shard get no answer, as from a primary of a Cluster that was killed. */
function withDeadShard(dead: number, isDead: () => boolean): Partial<ShardStore> {
  const unless = <T>(shard: number, call: () => Promise<T>) =>
    shard === dead && isDead() ? noAnswer() : call();
  return {
    leaseLeft: (shard, owner) => unless(shard, () => store.leaseLeft(shard, owner)),
    acquire: (shard, ...rest) => unless(shard, () => store.acquire(shard, ...rest)),
    renew: (leases, ttlMs) =>
      leases.some(({ shard }) => shard === dead && isDead()) ? noAnswer() : store.renew(leases, ttlMs),
    commit: (lease, ...rest) => unless(lease.shard, () => store.commit(lease, ...rest)),
    dueTimers: (shard, limit) => unless(shard, () => store.dueTimers(shard, limit)),
    setIntake: (lease, intake) => unless(lease.shard, () => store.setIntake(lease, intake)),
    readFlights: (shard, keys) => unless(shard, () => store.readFlights(shard, keys)),
  };
}

it('goes on with its other shards while the store of one gives no answer', async () => {
  let isDead = false;
  const orchestrator = await anOrchestrator('a', { store: withDeadShard(2, () => isDead) });
  expect(orchestrator.owned()).toEqual([0, 1, 2, 3]);
  isDead = true;
  const stuck = await startOn(2, aPlan(['task']));
  await clock.advance(3 * LEASE_MS);
  const run = await startOn(1, aPlan(['task']));
  await clock.advance(150);
  expect(tickets.map((ticket) => ticket.run)).toEqual([run]);
  for (const shard of [0, 1, 3]) expect(await whoHolds(shard)).toBe('somebody');
  expect(await whoHolds(2)).toBe('nobody');
  expect(stuck).not.toBe(run);
});

it('keeps its shards while nobody can be asked who else there is', async () => {
  let isDead = false;
  const orchestrators = () => (isDead ? noAnswer() : membership.orchestrators());
  const orchestrator = await anOrchestrator('a', { membership: { orchestrators } });
  isDead = true;
  await clock.advance(3 * LEASE_MS);
  expect(orchestrator.owned()).toHaveLength(SHARDS);
  for (let shard = 0; shard < SHARDS; shard++) expect(await whoHolds(shard)).toBe('somebody');
});

it.each([0, 70, 140, 210, 280, 350])(
  'takes the shards of another as soon as their leases have run out (killed at %i ms)',
  async (offset) => {
    let isKilled = false;
    const mortal = (port: object) =>
      Object.fromEntries(
        Object.entries(port).map(([name, call]) => [
          name,
          (...args: unknown[]) => (isKilled ? noAnswer() : call(...args)),
        ]),
      );
    const victim = await anOrchestrator('a', { store: mortal(store), membership: mortal(membership) });
    const heir = await anOrchestrator('b');
    await clock.advance(2_000 + offset);
    expect([victim.owned().length, heir.owned().length]).toEqual([2, 2]);
    isKilled = true;
    await clock.advance(LEASE_MS + 20);
    expect(heir.owned()).toHaveLength(SHARDS);
  },
);

it('ends a wait when it is over, though the read of the inboxes takes its time', async () => {
  const slowly: ShardStore['read'] = async (cursors, limit, blockMs, signal) => {
    const batches = await store.read(cursors, limit, blockMs, signal);
    // Redis looks every 100 ms whether a blocked read has waited long enough.
    if (batches.length === 0) await clock.sleep(90);
    return batches;
  };
  await anOrchestrator('a', { store: { read: slowly } });
  const waiting = aTask('wait', [], { action: { uses: 'wait', with: { for: '700ms' } } });
  const run = await startOn(0, aPlan([waiting]));
  await clock.advance(690);
  expect((await aClient().header(run)).status).toBe('running');
  await clock.advance(15);
  expect((await aClient().header(run)).status).toBe('succeeded');
});

it('takes a run out of the way on which the engine itself fails: it ends and is listed as failed, the others go on', async () => {
  const index = createMemoryRunIndex();
  const defect = () => {
    throw new Error('a defect of the engine');
  };
  await anOrchestrator('a', { index, actions: new Map([...engineActions(), ['fail', defect]]) });
  const [bad, good] = [
    await startOn(1, aPlan([aTask('t', [], { action: { uses: 'fail', with: {} } })])),
    await startOn(1, aPlan([aTask('t', [], { action: { uses: 'noop', with: {} } })], { name: 'good' })),
  ];
  await clock.advance(1_000);
  expect(await store.readHeader(bad)).toMatchObject({
    status: 'failed',
    error: { code: 'internal', message: expect.stringContaining('a defect of the engine') },
  });
  expect(await store.readHeader(good)).toMatchObject({ status: 'succeeded' });
  const { runs } = await index.list({}, 10);
  expect(runs.map(({ id, status }) => [id, status])).toEqual(
    expect.arrayContaining([
      [bad, 'failed'],
      [good, 'succeeded'],
    ]),
  );
});
