/**
 * The shards that an orchestrator holds: it takes its share of them by leases, keeps those, and gives back what is more than
 * its share. A shard whose store does not answer (a dead primary of a Cluster) holds up no other.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Lease, OwnerStore } from '../../ports/shard-store.ts';
import type { ShardOwner } from '../shard/shard-owner.ts';
import type { Errands } from './errands.ts';

export interface HeldShardsOptions {
  /** Of the orchestrator. */
  readonly id: string;
  readonly shards: number;
  readonly store: Pick<OwnerStore, 'acquire' | 'leaseLeft' | 'renew' | 'release'>;
  readonly clock: Clock;
  /** Renewals, by shard. */
  readonly renewals: Errands<number>;
  readonly ownerOf: (lease: Lease) => ShardOwner;
  /** Shards have come or gone. */
  readonly onChange: () => void;
  readonly onFailure: (what: string, thrown: unknown) => void;
}

const LEASE_MS = 1_500;
const KEEP_LEASES_MS = 400;
/** A lease of another is looked at again so long after it should have run out, ms. */
const AFTER_LEASE_MS = 5;

export class HeldShards {
  readonly #options: HeldShardsOptions;
  readonly #owners = new Map<number, ShardOwner>();
  /** Highest commit number that the store confirmed, by shard: less than that later means that it went back. */
  readonly #confirmed = new Map<number, number>();
  /** When the first lease of another may run out, by this process' clock; undefined when no shard is wanted. */
  #freeAt: number | undefined;
  #isStopped = false;

  constructor(options: HeldShardsOptions) {
    this.#options = options;
  }

  owners(): readonly ShardOwner[] {
    return [...this.#owners.values()];
  }

  get(shard: number): ShardOwner | undefined {
    return this.#owners.get(shard);
  }

  /** Whether it is held, and its leases are answered. */
  isHeld(owner: ShardOwner): boolean {
    const { shard } = owner.lease;
    return this.#owners.get(shard) === owner && !owner.isLost && !this.#options.renewals.isLate(shard);
  }

  /** Asks for every lease anew; forgets what is lost. */
  async renew(): Promise<void> {
    this.#forget(this.owners().filter((owner) => owner.isLost));
    await this.#options.renewals.run(
      this.owners().map((owner) => [owner.lease.shard, () => this.#renew(owner)]),
    );
  }

  /** Takes or gives back, until it has its share among those that live (ids, in an order that all see). */
  async takeShare(live: readonly string[]): Promise<void> {
    const { shards, id } = this.#options;
    const share = Math.ceil(shards / Math.max(1, live.length));
    this.#freeAt = undefined;
    const held = this.#owners.size;
    if (held > share) await this.#giveBack(held - share);
    else if (held < share) await this.#acquire(share - held, Math.max(0, live.indexOf(id)) * share);
  }

  /** How long leases may be left alone, ms: one that another no longer renews is taken when it runs out. */
  untilNextLook(): number {
    if (this.#freeAt === undefined) return KEEP_LEASES_MS;
    const ms = this.#freeAt - this.#options.clock.now() + AFTER_LEASE_MS;
    return Math.min(KEEP_LEASES_MS, Math.max(AFTER_LEASE_MS, ms));
  }

  /** From now on none is taken. */
  close(): void {
    this.#isStopped = true;
  }

  /** Ends the work on all. Their leases stand until `release`, since what they decided may not be written everywhere yet. */
  async stop(): Promise<{ release(): Promise<void> }> {
    this.close();
    const owners = this.owners();
    this.#owners.clear();
    await Promise.all(owners.map((owner) => owner.stop()));
    return { release: () => this.#options.store.release(owners.map(({ lease }) => lease)).catch(() => {}) };
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
    if (owners.length > 0) this.#options.onChange();
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
      if (left === 0 || this.#isStopped) return;
      const leftMs = await store.leaseLeft(shard, id);
      if (leftMs > 0) this.#noteLease(leftMs);
      const lease = leftMs > 0 ? undefined : await store.acquire(shard, id, LEASE_MS);
      if (!lease) continue;
      left--;
      this.#begin(this.#options.ownerOf(lease));
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
    this.#options.onChange();
    const wentBack = n < (this.#confirmed.get(shard) ?? 0);
    const taken = owner.takeOver(wentBack).then(() => {
      if (!owner.isLost) this.#confirmed.set(shard, owner.n);
    });
    taken.catch((thrown: unknown) => {
      this.#options.onFailure(`take-over of shard ${shard}`, thrown);
      owner.isLost = true;
    });
  }

  async #giveBack(count: number): Promise<void> {
    const owners = this.owners().slice(-count);
    for (const owner of owners) {
      this.#owners.delete(owner.lease.shard);
      this.#remember(owner);
    }
    this.#options.onChange();
    await Promise.all(owners.map((owner) => owner.stop()));
    await this.#options.store.release(owners.map((owner) => owner.lease));
  }
}
