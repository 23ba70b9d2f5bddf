/** One round of an orchestrator's work: reads the inboxes of its shards with one blocking read, and hands each owner what is its own. */
import type { Clock } from '../../ports/clock.ts';
import type { InboxBatch, InboxEntry, OwnerStore } from '../../ports/shard-store.ts';
import { Wake } from '../../ports/wake.ts';
import type { ShardOwner } from '../shard/shard-owner.ts';
import type { Errands } from './errands.ts';
import type { HeldShards } from './held-shards.ts';

export interface InboxRoundOptions {
  readonly store: Pick<OwnerStore, 'read'>;
  readonly clock: Clock;
  readonly held: HeldShards;
  /** By shard. */
  readonly work: Errands<number>;
  /** What ends the wait at hand: other shards are to be read from. */
  readonly wakeSignal: () => AbortSignal;
  /** Ends the pause after a failure. */
  readonly stopSignal: AbortSignal;
  readonly onFailure: (what: string, thrown: unknown) => void;
}

/** Inbox entries of one shard in one round. */
const ENTRIES = 1_000;
/** How long news of chains that go on may gather, ms. */
const GATHER_MS = 5;
/** After a failure the shard, and no other, is left alone for so long, ms. */
const PAUSE_AFTER_ERROR_MS = 200;

export class InboxRound {
  readonly #options: InboxRoundOptions;

  constructor(options: InboxRoundOptions) {
    this.#options = options;
  }

  /** Waits up to `blockMs` when nothing is to do. */
  async run(blockMs: number): Promise<void> {
    const { store, clock, held, work, wakeSignal } = this.#options;
    const owners = held.owners().filter((owner) => this.#isAttended(owner));
    const cursors = new Map(owners.map((owner) => [owner.lease.shard, owner.cursor]));
    if (cursors.size === 0) return clock.sleep(blockMs, wakeSignal());
    const batches = await this.#keepingTime(owners, blockMs, async () =>
      this.#gather(cursors, await store.read(cursors, ENTRIES, blockMs, wakeSignal())),
    );
    await work.run(
      batches.flatMap(({ shard, entries }) => {
        // It may have been given back, or taken anew, while the inboxes were read.
        const owner = owners.find((one) => one.lease.shard === shard && this.#isAttended(one));
        return owner ? [[shard, () => this.#attend(owner, () => owner.handle(entries))] as const] : [];
      }),
    );
  }

  /** Takes timers beside a read that waits: Redis ends a wait up to 100 ms late, and new entries may end it at any time. */
  async #keepingTime<T>(owners: readonly ShardOwner[], ms: number, read: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const timerAt = () =>
      Math.min(
        ...owners.map((one) => (this.#isAttended(one) && one.nextTimerAt) || Number.POSITIVE_INFINITY),
      );
    if (timerAt() > clock.now() + ms) return read();
    const over = new Wake();
    const keepTime = async () => {
      for (let at = timerAt(); at < Number.POSITIVE_INFINITY; at = timerAt()) {
        if (at > clock.now()) await clock.sleep(Math.ceil(at - clock.now()), over);
        if (!over.aborted || at <= clock.now()) await this.#takeTimers(owners);
        if (over.aborted) return;
      }
    };
    const kept = keepTime();
    try {
      return await read();
    } finally {
      over.wake();
      await kept;
    }
  }

  async #takeTimers(owners: readonly ShardOwner[]): Promise<void> {
    const due = owners.filter((owner) => this.#isAttended(owner) && this.#hasDue(owner));
    await this.#options.work.run(
      due.map((owner) => [owner.lease.shard, () => this.#attend(owner, () => owner.handleTimers())]),
    );
  }

  #hasDue({ nextTimerAt }: ShardOwner): boolean {
    return nextTimerAt !== undefined && nextTimerAt <= this.#options.clock.now();
  }

  /** Not those whose store is slow to answer: they are attended to again when it has. */
  #isAttended(owner: ShardOwner): boolean {
    return this.#options.held.isHeld(owner) && !this.#options.work.isLate(owner.lease.shard);
  }

  async #attend(owner: ShardOwner, work: () => Promise<void>): Promise<void> {
    const { clock, onFailure, stopSignal } = this.#options;
    try {
      await work();
    } catch (thrown) {
      onFailure(`work on shard ${owner.lease.shard}`, thrown);
      await clock.sleep(PAUSE_AFTER_ERROR_MS, stopSignal);
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
    const { store, clock, wakeSignal } = this.#options;
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
      if (!isNear) await clock.sleep(1, wakeSignal());
      news = await store.read(after, ENTRIES, isNear ? left : 0, wakeSignal());
    }
    return [...gathered].map(([shard, entries]) => ({ shard, entries }));
  }

  #isNearEnd({ shard, entries }: InboxBatch): boolean {
    const { message } = entries.at(-1) ?? {};
    const next = message?.type === 'settled' ? message.next : undefined;
    return next !== undefined && this.#options.held.get(shard)?.isNearEnd(next.flight) === true;
  }
}

/** Whether every message is the outcome of a node whose worker has gone on with the next. */
function saysOnlyGoingOn(batches: readonly InboxBatch[]): boolean {
  const isSo = ({ message }: InboxEntry) => message.type === 'settled' && message.next !== undefined;
  return batches.length > 0 && batches.every(({ entries }) => entries.every(isSo));
}
