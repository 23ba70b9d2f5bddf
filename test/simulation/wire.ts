/** The ports of one process: the shared ones, behind its connection. */

import type { MemoryTaskQueue } from '../../engine/memory/index.ts';
import type { DefinitionStore } from '../../engine/ports/definition-store.ts';
import type { Membership } from '../../engine/ports/membership.ts';
import type { RunIndex } from '../../engine/ports/run-index.ts';
import type { ShardStore } from '../../engine/ports/shard-store.ts';
import type { TaskQueue, TicketConsumer } from '../../engine/ports/task-queue.ts';
import type { FaultPlan } from './faults.ts';
import { Link } from './link.ts';
import type { SimProcess } from './process.ts';
import type { World } from './world.ts';

/** What all processes share. */
export interface Shared {
  readonly world: World;
  readonly faults: FaultPlan;
  readonly store: Omit<ShardStore, 'close'>;
  readonly queue: MemoryTaskQueue;
  readonly membership: Membership;
  readonly index: RunIndex;
  /** Absent: no workflow is applied. */
  readonly definitions?: DefinitionStore;
}

export interface Ports {
  readonly store: Omit<ShardStore, 'close'>;
  readonly queue: TaskQueue;
  readonly membership: Membership;
  readonly index: RunIndex;
  readonly definitions?: DefinitionStore;
}

export function portsOf(owner: SimProcess, shared: Shared): Ports {
  const { world, faults } = shared;
  const link = new Link(world, faults, owner);
  const blocking = new Link(world, faults, owner);
  return {
    store: storeOf(shared, link, blocking),
    queue: queueOf(owner, shared, new Link(world, faults, owner)),
    membership: membershipOf(shared, link),
    index: indexOf(shared, link),
    ...(shared.definitions ? { definitions: definitionsOf(shared.definitions, link) } : {}),
  };
}

function definitionsOf(definitions: DefinitionStore, link: Link): DefinitionStore {
  return {
    read: (...args) => link.call('read definition', () => definitions.read(...args)),
    write: (...args) => link.call('write definition', () => definitions.write(...args), { isWrite: true }),
    remove: (...args) => link.call('remove definition', () => definitions.remove(...args), { isWrite: true }),
    list: () => link.call('list definitions', () => definitions.list()),
    putPlan: (...args) => link.call('put plan', () => definitions.putPlan(...args), { isWrite: true }),
    plan: (...args) => link.call('plan', () => definitions.plan(...args)),
    subscriptions: (...args) => link.call('subscriptions', () => definitions.subscriptions(...args)),
  };
}

function storeOf({ store, faults }: Shared, link: Link, blocking: Link): Ports['store'] {
  const write = { isWrite: true };
  return {
    acquire: (...args) => link.call('acquire', () => store.acquire(...args)),
    leaseLeft: (...args) => link.call('leaseLeft', () => store.leaseLeft(...args)),
    renew: (...args) => link.call('renew', () => store.renew(...args)),
    release: (...args) => link.call('release', () => store.release(...args)),
    read: (...args) => blocking.call('read', () => store.read(...args)),
    commit: (...args) => link.call('commit', () => store.commit(...args), { isWrite: true, isCommit: true }),
    setIntake: (...args) => link.call('setIntake', () => store.setIntake(...args)),
    memoryUsed: () => link.call('memoryUsed', () => store.memoryUsed()),
    dueTimers: (...args) => link.call('dueTimers', () => store.dueTimers(...args)),
    liveRuns: (...args) => link.call('liveRuns', () => store.liveRuns(...args)),
    loadRun: (...args) => link.call('loadRun', () => store.loadRun(...args)),
    loadPlan: (...args) => link.call('loadPlan', () => store.loadPlan(...args)),
    loadActors: (...args) => link.call('loadActors', () => store.loadActors(...args)),
    loadOutbox: (...args) => link.call('loadOutbox', () => store.loadOutbox(...args)),
    storePlan: (...args) => link.call('storePlan', () => store.storePlan(...args), write),
    readAnswer: (...args) => blocking.call('readAnswer', () => store.readAnswer(...args)),
    readActors: (...args) => link.call('readActors', () => store.readActors(...args)),
    readTimers: (...args) => link.call('readTimers', () => store.readTimers(...args)),
    readFlights: (...args) => link.call('readFlights', () => store.readFlights(...args)),
    deadSessions: (...args) => link.call('deadSessions', () => store.deadSessions(...args)),
    claim: (...args) => link.call('claim', () => store.claim(...args)),
    settle: (...args) => link.call('settle', () => store.settle(...args)),
    settleAndClaim: (...args) => link.call('settleAndClaim', () => store.settleAndClaim(...args)),
    beat: (...args) => link.call('beat', () => store.beat(...args)),
    handBack: (...args) => link.call('handBack', () => store.handBack(...args)),
    shards: (...args) => link.call('shards', () => store.shards(...args)),
    now: () => link.call('now', () => store.now()),
    start: (...args) => link.call('start', () => store.start(...args), write),
    send: (messages) =>
      link.call('send', async () => {
        await store.send(messages);
        if (faults.strikes('message_twice', 0.2)) await store.send(messages);
      }),
    readCosts: (...args) => link.call('readCosts', () => store.readCosts(...args)),
    readHeader: (...args) => link.call('readHeader', () => store.readHeader(...args)),
    readRecords: (...args) => link.call('readRecords', () => store.readRecords(...args)),
    readEvents: (...args) => blocking.call('readEvents', () => store.readEvents(...args)),
    awaitProgress: (...args) => blocking.call('awaitProgress', () => store.awaitProgress(...args)),
  };
}

/** Makes the second copy of a ticket another one for the queue, as a late repetition by the relay would be. */
const COPY_DELIVERY = 1_000;

/** The consumer of a process that died in the same moment. */
const NOBODY: TicketConsumer = { pause: async () => {}, resume: () => {}, close: async () => {} };

function queueOf(owner: SimProcess, { world, faults, queue }: Shared, link: Link): TaskQueue {
  return {
    add: (tickets) =>
      link.call('add', async () => {
        const kept = tickets.filter(() => !faults.strikes('ticket_lost', 0.08));
        const copies = kept.filter(() => faults.strikes('ticket_twice', 0.1));
        await queue.add([
          ...kept,
          ...copies.map((ticket) => ({ ...ticket, delivery: ticket.delivery + COPY_DELIVERY })),
        ]);
      }),
    raise: (tickets) => link.call('raise', () => queue.raise(tickets)),
    consume(name, slots, handler) {
      if (!owner.isAlive) return NOBODY;
      const consumer = queue.consume(
        name,
        slots,
        (tickets) =>
          new Promise((resolve, reject) => {
            owner.wakeAt(world.now + world.random.between(0.1, 1.5), () =>
              handler(tickets).then(resolve, reject),
            );
          }),
      );
      owner.onDeath.push(() => consumer.abandon());
      return consumer;
    },
    close: async () => {},
  };
}

function membershipOf({ membership }: Shared, link: Link): Membership {
  return {
    announceLoad: (...args) => link.call('announceLoad', () => membership.announceLoad(...args)),
    loads: () => link.call('loads', () => membership.loads()),
    announceOrchestrator: (...args) =>
      link.call('announceOrchestrator', () => membership.announceOrchestrator(...args)),
    orchestrators: () => link.call('orchestrators', () => membership.orchestrators()),
    announceWorker: (...args) => link.call('announceWorker', () => membership.announceWorker(...args)),
    workers: () => link.call('workers', () => membership.workers()),
    announceQueues: (...args) => link.call('announceQueues', () => membership.announceQueues(...args)),
    announcedQueues: () => link.call('announcedQueues', () => membership.announcedQueues()),
    left: () => link.call('left', () => membership.left()),
    leave: (...args) => link.call('leave', () => membership.leave(...args)),
  };
}

function indexOf({ index }: Shared, link: Link): RunIndex {
  return {
    record: (...args) => link.call('record', () => index.record(...args)),
    list: (...args) => link.call('list', () => index.list(...args)),
    changes: (...args) => link.call('changes', () => index.changes(...args)),
    ended: (...args) => link.call('ended', () => index.ended(...args)),
    newestChange: () => link.call('newestChange', () => index.newestChange()),
    saveWorkflow: (...args) => link.call('saveWorkflow', () => index.saveWorkflow(...args)),
    teach: (...args) => link.call('teach', () => index.teach(...args)),
    taught: (...args) => link.call('taught', () => index.taught(...args)),
    findWorkflow: (...args) => link.call('findWorkflow', () => index.findWorkflow(...args)),
  };
}
