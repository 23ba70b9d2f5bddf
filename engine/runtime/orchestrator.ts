/**
 * The orchestrator role: holds its fair share of the shards by leases, reads their inboxes with one blocking read, and
 * hands each shard's entries to its owner. Several orchestrators share the shards; a dead one's are taken as soon as their leases
 * have run out. A shard whose store does not answer (a dead primary of a Cluster) holds up no other.
 */

import { setMaxListeners } from 'node:events';
import type { ShardFacts } from '../core/decide/index.ts';
import type { EngineActions } from '../core/engine-outcome.ts';
import { LearnedDurations } from '../core/learned-durations.ts';
import { dispatchWindow } from '../core/policy.ts';
import { isMadeQueue } from '../core/queue-name.ts';
import { loadOf, type ShardLoad } from '../core/shard-load.ts';
import type { Clock } from '../ports/clock.ts';
import type { DefinitionStore } from '../ports/definition-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { Membership } from '../ports/membership.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { RunIndex } from '../ports/run-index.ts';
import type { ClientStore, InboxBatch, InboxEntry, OwnerStore } from '../ports/shard-store.ts';
import type { TaskQueue } from '../ports/task-queue.ts';
import { CalmLogger } from './calm-logger.ts';
import { Errands } from './errands.ts';
import type { OutputStore } from './files/output-store.ts';
import { RunLines } from './run-lines.ts';
import { Intake, type IntakeSettings } from './shard/intake.ts';
import { ShardOwner } from './shard/shard-owner.ts';
import { Subscriptions } from './shard/subscriptions.ts';
import { Workforce } from './workforce.ts';

export interface OrchestratorOptions {
  /** Unique for this process life. */
  readonly id: string;
  readonly shards: number;
  readonly store: OwnerStore & Pick<ClientStore, 'send' | 'start' | 'storePlan'>;
  readonly queue: Pick<TaskQueue, 'add' | 'raise'>;
  readonly membership: Membership;
  readonly index: Pick<RunIndex, 'record'>;
  /** Who follows which workflow. Absent: nobody. */
  readonly definitions?: Pick<DefinitionStore, 'subscriptions'>;
  readonly actions: EngineActions;
  /** Where large outputs are kept. Absent: all stay in the state of their run. */
  readonly outputs?: OutputStore | undefined;
  /** Delivers notifications. Absent: each fails and waits for an orchestrator that has one. */
  readonly notifier?: Notifier | undefined;
  /** What the installation wants to be told of runs, beside what workflows say. */
  readonly alertsOf?: ShardFacts['alertsOf'];
  /** What is taken in from outside. Default: all that memory allows. */
  readonly intake?: IntakeSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Orchestrator {
  start(): Promise<void>;
  /** Hands its shards back and leaves. */
  stop(): Promise<void>;
  /** One round of the work loop: read, decide, store, dispatch. Waits up to `blockMs` when nothing is to do. */
  runOnce(blockMs?: number): Promise<void>;
  /** One round of the lease loop. */
  keepLeases(): Promise<void>;
  /** Shards owned now. */
  owned(): readonly number[];
  /** What lies on them. Goes through all their nodes. */
  load(): ShardLoad;
}

const LEASE_MS = 1_500;
const KEEP_LEASES_MS = 400;
/** Others hear that a member is gone before its leases run out. */
const MEMBER_MS = 1_000;
const PATROL_MS = 1_000;
/** How long workers go on serving a queue of a label set that was not named again, ms. */
const QUEUE_MS = 60_000;
const MAX_BLOCK_MS = 1_000;
/** How long shards are waited for before it goes on with the others, ms. */
const PATIENCE_MS = 100;
/** A lease of another is looked at again so long after it should have run out, ms. */
const AFTER_LEASE_MS = 5;
/** Inbox entries of one shard in one round. */
const ENTRIES = 1_000;
const PAUSE_AFTER_ERROR_MS = 200;
/** How long news of chains that go on may gather, ms. */
const GATHER_MS = 5;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  return new ShardKeeper(options);
}

class ShardKeeper implements Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #complaints: CalmLogger;
  /** What its shards have learned; a run's next run is on another shard. */
  readonly #durations = new LearnedDurations();
  readonly #owners = new Map<number, ShardOwner>();
  /** Highest commit number that the store confirmed, by shard: less than that later means that it went back. */
  readonly #confirmed = new Map<number, number>();
  readonly #stopped = new AbortController();
  /** By shard. */
  readonly #work: Errands<number>;
  readonly #renewals: Errands<number>;
  readonly #patrols: Errands<number>;
  /** By what they do. */
  readonly #duties: Errands<string>;
  /** When the first lease of another may run out, by this process' clock; undefined when no shard is wanted. */
  #freeAt: number | undefined;
  /** Who else there is was heard of. */
  #live: readonly string[] = [];
  #wake = new AbortController();
  #loops: Promise<void>[] = [];
  #orchestrators = 1;
  #workforce = new Workforce([]);
  readonly #subscriptions: Subscriptions;
  readonly #intake: Intake;
  readonly #lines: RunLines;

  constructor(options: OrchestratorOptions) {
    this.#options = options;
    this.#complaints = new CalmLogger(options.clock, options.logger);
    // Each shard may wait for it.
    setMaxListeners(0, this.#stopped.signal);
    this.#work = this.#errands((shard) => `work on shard ${shard}`);
    this.#renewals = this.#errands((shard) => `renewal of shard ${shard}`);
    this.#patrols = this.#errands((shard) => `patrol of shard ${shard}`);
    this.#duties = this.#errands((duty) => duty);
    const { store, clock, shards, intake = { maxRuns: 0 } } = options;
    this.#lines = new RunLines(options.index, clock);
    this.#intake = new Intake(store, clock, { ...intake, shards });
    this.#subscriptions = new Subscriptions(options.definitions, options.clock);
  }

  async start(): Promise<void> {
    await this.keepLeases();
    this.#loops = [
      this.#loop(
        'work',
        () => this.runOnce(),
        () => 0,
      ),
      this.#loop(
        'leases',
        () => this.keepLeases(),
        () => this.#untilNextLook(),
      ),
      this.#loop(
        'patrol',
        () => this.patrol(),
        () => PATROL_MS,
      ),
    ];
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    await Promise.all(this.#loops);
    const owners = [...this.#owners.values()];
    this.#owners.clear();
    await Promise.all(owners.map((owner) => owner.stop()));
    await this.#lines.stop();
    await this.#options.store.release(owners.map((owner) => owner.lease)).catch(() => {});
    await this.#options.membership.leave(this.#options.id).catch(() => {});
  }

  load(): ShardLoad {
    return loadOf([...this.#owners.values()].map(({ state }) => state));
  }

  owned(): readonly number[] {
    return [...this.#owners.keys()].sort((a, b) => a - b);
  }

  async runOnce(blockMs = MAX_BLOCK_MS): Promise<void> {
    const { store, clock } = this.#options;
    const owners = [...this.#owners.values()].filter((owner) => this.#isAttended(owner));
    const cursors = new Map(owners.map((owner) => [owner.lease.shard, owner.cursor]));
    if (cursors.size === 0) return clock.sleep(blockMs, this.#wake.signal);
    const batches = await this.#keepingTime(owners, blockMs, async () =>
      this.#gather(cursors, await store.read(cursors, ENTRIES, blockMs, this.#wake.signal)),
    );
    await this.#work.run(
      batches.flatMap(({ shard, entries }) => {
        // It may have been given back, or taken anew, while the inboxes were read.
        const owner = owners.find((one) => one.lease.shard === shard && this.#isAttended(one));
        return owner ? [[shard, () => this.#attend(owner, () => owner.handle(entries))] as const] : [];
      }),
    );
  }

  #hasDue({ nextTimerAt }: ShardOwner): boolean {
    return nextTimerAt !== undefined && nextTimerAt <= this.#options.clock.now();
  }

  /** Takes timers beside a read that waits: Redis ends a wait up to 100 ms late, and new entries may end it at any time. */
  async #keepingTime<T>(owners: readonly ShardOwner[], ms: number, read: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const timerAt = () =>
      Math.min(
        ...owners.map((one) => (this.#isAttended(one) && one.nextTimerAt) || Number.POSITIVE_INFINITY),
      );
    if (timerAt() > clock.now() + ms) return read();
    const over = new AbortController();
    const keepTime = async () => {
      for (let at = timerAt(); at < Number.POSITIVE_INFINITY; at = timerAt()) {
        if (at > clock.now()) await clock.sleep(Math.ceil(at - clock.now()), over.signal);
        if (!over.signal.aborted || at <= clock.now()) await this.#takeTimers(owners);
        if (over.signal.aborted) return;
      }
    };
    const kept = keepTime();
    try {
      return await read();
    } finally {
      over.abort();
      await kept;
    }
  }

  /** Not those whose store is slow to answer: they are attended to again when it has. */
  #isAttended(owner: ShardOwner): boolean {
    const { shard } = owner.lease;
    const isOurs = this.#owners.get(shard) === owner && !owner.isLost;
    return isOurs && !this.#work.isLate(shard) && !this.#renewals.isLate(shard);
  }

  async #takeTimers(owners: readonly ShardOwner[]): Promise<void> {
    const due = owners.filter((owner) => this.#isAttended(owner) && this.#hasDue(owner));
    await this.#work.run(
      due.map((owner) => [owner.lease.shard, () => this.#attend(owner, () => owner.handleTimers())]),
    );
  }

  /** After a failure the shard, and no other, is left alone for a moment. */
  async #attend(owner: ShardOwner, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#warn(`work on shard ${owner.lease.shard}`, thrown);
      await this.#options.clock.sleep(PAUSE_AFTER_ERROR_MS, this.#stopped.signal);
    }
  }

  /**
   * While all that comes is chains going on, nobody waits for a decision: a commit for each hop would only take the processor
   * from the worker. Such news is let come together for a moment, which ends with the first news of anything else.
   */
  async #gather(
    cursors: ReadonlyMap<number, string>,
    batches: readonly InboxBatch[],
  ): Promise<readonly InboxBatch[]> {
    const { store, clock } = this.#options;
    const until = clock.now() + GATHER_MS;
    const gathered = new Map<number, InboxEntry[]>();
    const after = new Map(cursors);
    let news = batches;
    for (let left = GATHER_MS; ; left = until - clock.now()) {
      for (const { shard, entries } of news) {
        const last = entries.at(-1);
        if (last) after.set(shard, last.id);
        gathered.set(shard, [...(gathered.get(shard) ?? []), ...entries]);
      }
      if (left <= 0 || !saysOnlyGoingOn(news)) break;
      // A wake-up for each hop would cost more than it brings, but for the last: somebody may wait for the end of the run.
      const isNear = news.some((batch) => this.#isNearEnd(batch));
      if (!isNear) await clock.sleep(1, this.#wake.signal);
      news = await store.read(after, ENTRIES, isNear ? left : 0, this.#wake.signal);
    }
    return [...gathered].map(([shard, entries]) => ({ shard, entries }));
  }

  #isNearEnd({ shard, entries }: InboxBatch): boolean {
    const { message } = entries.at(-1) ?? {};
    const next = message?.type === 'settled' ? message.next : undefined;
    return next !== undefined && this.#owners.get(shard)?.isNearEnd(next.flight) === true;
  }

  async keepLeases(): Promise<void> {
    this.#forget([...this.#owners.values()].filter((owner) => owner.isLost));
    const owners = [...this.#owners.values()];
    await Promise.all([
      this.#duties.run([['look for other members', () => this.#lookAround()]]),
      this.#renewals.run(owners.map((owner) => [owner.lease.shard, () => this.#renew(owner)])),
    ]);
    if (this.#live.length === 0) return;
    await this.#duties.run([
      ['share of the shards', () => this.#takeShare()],
      ['announcement of queues', () => this.#announceQueues()],
    ]);
    const leases = [...this.#owners.values()].map(({ lease }) => lease);
    await this.#duties.run([['limit of what is taken in', () => this.#intake.keep(leases)]]);
  }

  async #lookAround(): Promise<void> {
    const { membership, id } = this.#options;
    await membership.announceOrchestrator(id, MEMBER_MS);
    // Before any shard is taken: what is decided there must know who wants to be told.
    await this.#subscriptions.refresh();
    const [live, workers] = await Promise.all([membership.orchestrators(), membership.workers()]);
    this.#live = live;
    this.#orchestrators = Math.max(1, live.length);
    this.#workforce = new Workforce(workers);
  }

  async #takeShare(): Promise<void> {
    const { shards, id } = this.#options;
    const share = Math.ceil(shards / this.#orchestrators);
    this.#freeAt = undefined;
    if (this.#owners.size > share) await this.#giveBack(this.#owners.size - share);
    else if (this.#owners.size < share)
      await this.#acquire(share - this.#owners.size, Math.max(0, this.#live.indexOf(id)) * share);
  }

  /** A lease that another no longer renews is taken when it runs out, not only at the next regular look. */
  #untilNextLook(): number {
    if (this.#freeAt === undefined) return KEEP_LEASES_MS;
    const ms = this.#freeAt - this.#options.clock.now() + AFTER_LEASE_MS;
    return Math.min(KEEP_LEASES_MS, Math.max(AFTER_LEASE_MS, ms));
  }

  /** Workers serve the queues of label sets, and their own, only when there is something in them. */
  async #announceQueues(): Promise<void> {
    const names = new Set<string>();
    for (const { state } of this.#owners.values()) {
      for (const [queue, heap] of state.ready) if (isMadeQueue(queue) && heap.size > 0) names.add(queue);
      for (const [queue, sent] of state.sentByQueue) if (isMadeQueue(queue) && sent > 0) names.add(queue);
    }
    if (names.size > 0) await this.#options.membership.announceQueues([...names], QUEUE_MS);
  }

  async patrol(): Promise<void> {
    const owners = [...this.#owners.values()];
    await this.#patrols.run(owners.map((owner) => [owner.lease.shard, () => owner.patrol()]));
  }

  async #renew(owner: ShardOwner): Promise<void> {
    const confirmed = owner.n;
    const held = await this.#options.store.renew([owner.lease], LEASE_MS);
    const stored = held.get(owner.lease.shard);
    if (stored === undefined) owner.isLost = true;
    else owner.compare(confirmed, stored);
    if (owner.isLost) this.#forget([owner]);
  }

  #forget(owners: readonly ShardOwner[]): void {
    for (const owner of owners) {
      owner.isLost = true;
      this.#remember(owner);
      if (this.#owners.get(owner.lease.shard) === owner) this.#owners.delete(owner.lease.shard);
      void owner.stop();
    }
    if (owners.length > 0) this.#interrupt();
  }

  #remember({ lease, n }: ShardOwner): void {
    this.#confirmed.set(lease.shard, Math.max(n, this.#confirmed.get(lease.shard) ?? 0));
  }

  /** Takes free shards, beginning at its own part of them, so that several orchestrators seldom try for the same. */
  async #acquire(wanted: number, from: number): Promise<void> {
    const { store, shards, id } = this.#options;
    const candidates = Array.from({ length: shards }, (_, i) => (from + i) % shards).filter(
      (shard) => !this.#owners.has(shard),
    );
    let left = wanted;
    for (const shard of candidates) {
      if (left === 0 || this.#stopped.signal.aborted) return;
      const leftMs = await store.leaseLeft(shard, id);
      if (leftMs > 0) this.#noteLease(leftMs);
      const lease = leftMs > 0 ? undefined : await store.acquire(shard, id, LEASE_MS);
      if (!lease) continue;
      left--;
      this.#begin(
        new ShardOwner(lease, {
          ...this.#options,
          index: this.#lines,
          complaints: this.#complaints,
          durations: this.#durations,
          windowOf: (queue) => this.#windowOf(queue),
          mayBundle: (queue) => this.#workforce.mayBundle(queue),
          facts: {
            workersOf: (queue, labels) => this.#workforce.with(queue, labels),
            isLive: (session) => this.#workforce.isLive(session),
            subscribersOf: (namespace, workflow) => this.#subscriptions.of(namespace, workflow),
            largestWorker: (queue) => this.#workforce.largestWorker(queue),
            mayJoin: (queue) => this.#workforce.mayJoin(queue),
            ...(this.#options.alertsOf ? { alertsOf: this.#options.alertsOf } : {}),
          },
        }),
      );
    }
  }

  #noteLease(leftMs: number): void {
    const at = this.#options.clock.now() + leftMs;
    this.#freeAt = Math.min(at, this.#freeAt ?? at);
  }

  /** Loads the shard beside the other work; it is read from once it is loaded. */
  #begin(owner: ShardOwner): void {
    const { shard, n } = owner.lease;
    this.#owners.set(shard, owner);
    this.#interrupt();
    const wentBack = n < (this.#confirmed.get(shard) ?? 0);
    const taken = owner.takeOver(wentBack).then(() => {
      if (!owner.isLost) this.#confirmed.set(shard, owner.n);
    });
    taken.catch((thrown: unknown) => {
      this.#warn(`take-over of shard ${owner.lease.shard}`, thrown);
      owner.isLost = true;
    });
  }

  async #giveBack(count: number): Promise<void> {
    const owners = [...this.#owners.values()].slice(-count);
    for (const owner of owners) {
      this.#owners.delete(owner.lease.shard);
      this.#remember(owner);
    }
    this.#interrupt();
    await Promise.all(owners.map((owner) => owner.stop()));
    await this.#options.store.release(owners.map((owner) => owner.lease));
  }

  /** Ends the blocking read, since the set of shards to read has changed. */
  #interrupt(): void {
    this.#wake.abort();
    if (!this.#stopped.signal.aborted) this.#wake = new AbortController();
  }

  #windowOf(queue: string): number {
    let busy = 0;
    for (const { state } of this.#owners.values()) {
      if ((state.sentByQueue.get(queue) ?? 0) > 0 || (state.ready.get(queue)?.size ?? 0) > 0) busy++;
    }
    return dispatchWindow(this.#workforce.slotsOf(queue), busy * this.#orchestrators);
  }

  async #loop(name: string, work: () => Promise<void>, pauseOf: () => number): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stopped.signal.aborted) {
      try {
        const pauseMs = pauseOf();
        if (pauseMs > 0) await clock.sleep(pauseMs, this.#stopped.signal);
        if (!this.#stopped.signal.aborted) await work();
      } catch (thrown) {
        this.#warn(name, thrown);
        await clock.sleep(PAUSE_AFTER_ERROR_MS, this.#stopped.signal);
      }
    }
  }

  #errands<Name>(textOf: (name: Name) => string): Errands<Name> {
    return new Errands({
      clock: this.#options.clock,
      patienceMs: PATIENCE_MS,
      onFailure: (name, thrown) => this.#warn(textOf(name), thrown),
      onLateEnd: () => this.#interrupt(),
    });
  }

  #warn(what: string, thrown: unknown): void {
    this.#complaints.warn(`orchestrator ${this.#options.id}: ${what} failed and is tried again`, thrown);
  }
}

/** Whether every message is the outcome of a node whose worker has gone on with the next. */
function saysOnlyGoingOn(batches: readonly InboxBatch[]): boolean {
  const isSo = ({ message }: InboxEntry) => message.type === 'settled' && message.next !== undefined;
  return batches.length > 0 && batches.every(({ entries }) => entries.every(isSo));
}
