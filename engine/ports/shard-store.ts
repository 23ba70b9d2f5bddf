/**
 * The shard store: durable state of all shards. Two adapters (engine/redis, engine/memory) pass test/contract/shard-store.ts.
 *
 * Promises of every method: it takes effect completely or not at all; repeating it after an unknown result (lost reply) is
 * harmless and answers as the first time would have, or says that it was done already; calls from one process on one shard take
 * effect in the order made. A lost connection rejects with `SluiceError('redis_unreachable')`, a refusal (full, read-only,
 * loading) with `redis_refused`; both may have happened or not. Times are ms of the store's clock (Redis' TIME).
 */
import type { Commit, CommitReply } from '../core/commit.ts';
import type { DayCost } from '../core/cost.ts';
import type { Answer, InboxMessage, SettledMessage } from '../core/message.ts';
import type { Plan } from '../core/plan.ts';
import type { RunHeader } from '../core/run-header.ts';

/** Proof of ownership, from `acquire`. */
export interface Lease {
  readonly shard: number;
  /** `<epoch>-<random>`: differs for every acquisition, also after a fail-over to older state. */
  readonly token: string;
  /** Number of the last stored commit: the next one is n + 1. */
  readonly n: number;
  /** Id of the last inbox entry that took effect. */
  readonly cursor: string;
}

export interface InboxEntry {
  /** `<ms>-<n>`: the ms part is the message's time. Messages of one id follow each other and take effect in one commit. */
  readonly id: string;
  readonly message: InboxMessage;
}

export interface InboxBatch {
  readonly shard: number;
  readonly entries: readonly InboxEntry[];
}

export interface StoredRun {
  readonly header: RunHeader;
  /** All node records, 32 bytes each. */
  readonly records: Uint8Array;
  /** Node index → JSON of its `NodeOutput`. */
  readonly outputs: ReadonlyMap<number, string>;
}

export type StartReply =
  | { readonly kind: 'started'; readonly run: string }
  /** The run was there already, from the same request. */
  | { readonly kind: 'exists'; readonly run: string }
  /** The run was there already, from another request under the same key. */
  | { readonly kind: 'conflict'; readonly run: string }
  /** Nothing was stored: the shard has as many runs as it may, or the store's memory runs short. See `setIntake`. */
  | { readonly kind: 'full'; readonly reason: 'runs' | 'memory' };

/** What a shard takes in from outside. */
export interface ShardIntake {
  /** Runs that have not ended: no new one at so many. 0: no limit. */
  readonly maxLive: number;
  /** Time from now for which none is taken, ms. 0: it is open. */
  readonly closedMs: number;
}

export interface StartSettings {
  /** The engine itself starts it: it is taken in always. Default false. */
  readonly always?: boolean;
}

export type ClaimReply =
  | { readonly kind: 'granted'; readonly delivery: number; readonly at: number }
  /** Someone alive works on it. */
  | { readonly kind: 'busy' }
  /** Revoked, settled or unknown: drop the ticket. */
  | { readonly kind: 'gone' };

/** One document of an actor: `documentKey`, and its JSON. */
export type StoredDocument = readonly [key: string, json: string];

export type SettleReply = 'accepted' | 'already' | 'late';

/** What became of an outcome, and of the claim of what is joined to it. */
/** What a worker would go on with. */
export interface NextClaim {
  readonly flight: string;
  /** Joined behind the flight that is settled (a chain), or sent like it, in the same bundle. */
  readonly state: 'joined' | 'sent';
}

export interface ContinueReply {
  readonly settled: SettleReply;
  /** Absent: it was not claimed, and its owner dispatches it. */
  readonly next?: { readonly delivery: number; readonly at: number };
}

export interface ClaimName {
  readonly shard: number;
  readonly flight: string;
}

/** What the owner asks for. */
export interface OwnerStore {
  /**
   * Takes the shard when nobody holds it, its lease has run out, or `owner` holds it already (a new token all the same).
   * Starts the calm time of its sessions anew. Undefined: another holds it.
   */
  acquire(shard: number, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** How long the shard's lease keeps `owner` from taking it, ms by the store's clock; 0: it may be taken now. */
  leaseLeft(shard: number, owner: string): Promise<number>;
  /**
   * Prolongs leases; a holder may be late as long as its token stands. After a gap of over 2 s the calm time starts anew.
   * Answers the shards still held, each with the number of its last stored commit.
   */
  renew(leases: readonly Lease[], ttlMs: number): Promise<ReadonlyMap<number, number>>;
  /** Gives leases back, so that others may take them at once. */
  release(leases: readonly Lease[]): Promise<void>;
  /**
   * Inbox entries after the given cursors, at most `limit` a shard; waits up to `blockMs` when there are none. With a wait it
   * answers as soon as one shard has some, and may leave those of others to the next call.
   * The wait ends early when the signal aborts.
   */
  read(
    cursors: ReadonlyMap<number, string>,
    limit: number,
    blockMs: number,
    signal?: AbortSignal,
  ): Promise<readonly InboxBatch[]>;
  /** Stores a commit numbered `n`, if the token stands, n is the stored number + 1, and all expected flights are as seen. Trims the inbox. */
  commit(lease: Pick<Lease, 'shard' | 'token'>, n: number, commit: Commit): Promise<CommitReply>;
  /** Says what the shard takes in, until it is said otherwise, also by later owners. A lease that is lost says nothing. */
  setIntake(lease: Lease, intake: ShardIntake): Promise<void>;
  /** Share of the store's memory limit that is used, of its fullest server; 0 without a limit. */
  memoryUsed(): Promise<number>;
  /** Timers due now by the store's clock, soonest first, and the time of the next one that is not due. */
  dueTimers(
    shard: number,
    limit: number,
  ): Promise<{
    now: number;
    due: readonly (readonly [timer: string, dueMs: number])[];
    nextMs: number | undefined;
  }>;
  /** Ids of runs that have not ended. */
  liveRuns(shard: number): Promise<readonly string[]>;
  loadRun(run: string): Promise<StoredRun | undefined>;
  loadPlan(shard: number, hash: string): Promise<Plan | undefined>;
  /** All documents of the shard's actors. */
  loadActors(shard: number): Promise<readonly StoredDocument[]>;
  /** All posts that were not delivered yet: id and JSON of a `Post`. */
  loadOutbox(shard: number): Promise<readonly (readonly [id: string, json: string])[]>;
  /** Flights as they stand (null: gone), in the order asked. Keys undefined: all flights of the shard. */
  readFlights(
    shard: number,
    flights?: readonly string[],
  ): Promise<readonly (readonly [flight: string, value: string | null])[]>;
  /**
   * The sessions of these that are dead: neither beat nor calm time within 4 s. Nobody is dead while the shard's owner has
   * not renewed or acquired its lease within 2 s: the store was away perhaps, and nobody could beat.
   */
  deadSessions(shard: number, sessions: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What a worker asks for. */
export interface WorkerStore {
  /**
   * Takes a flight that is sent, or whose session is dead as `deadSessions` has it (then delivery + 1 and deaths + 1). The
   * same session may repeat it.
   */
  claim(name: ClaimName, session: string): Promise<ClaimReply>;
  /**
   * Gives the outcome: marks the flight done and appends the message, in one step, if this delivery holds the claim.
   * Anyone else's outcome is appended as `late`. A repeat answers `already`.
   */
  settle(name: ClaimName, session: string, message: SettledMessage): Promise<SettleReply>;
  /**
   * As `settle`, and in the same step claims `next` for the session, on the same shard. What is joined, behind a success: if the
   * outcome is accepted, nobody told this claim to stop, and `next` is still joined; the message says so. What is sent, behind any
   * outcome and whatever becomes of it: if `next` is still sent. A repeat answers as the first time did, as long as the session
   * still has that claim. A claim in vain changes nothing: the outcome is settled all the same.
   */
  settleAndClaim(
    name: ClaimName,
    session: string,
    message: SettledMessage,
    next: NextClaim,
  ): Promise<ContinueReply>;
  /** Says that the session lives, on one shard, and asks which of its claims it should stop (told to, or no longer its own). */
  beat(
    shard: number,
    session: string,
    claims: readonly { readonly flight: string; readonly delivery: number }[],
  ): Promise<readonly string[]>;
  /** Hands claims back unworked (graceful shutdown): the flight is sent again, no death is counted. */
  handBack(name: ClaimName, session: string, delivery: number): Promise<void>;
}

/** Days, from that of `from` to that of `to`, ms; of one workflow, or of all of the namespace. */
export interface CostRange {
  readonly namespace: string;
  readonly from: number;
  readonly to: number;
  readonly workflow?: string | undefined;
}

/** What clients ask for; workers use `send` too. */
export interface ClientStore {
  /** Number of shards, fixed at first use. @throws SluiceError shards_mismatch when another number is asked for. */
  shards(wanted?: number): Promise<number>;
  /** The store's clock, ms. */
  now(): Promise<number>;
  /** Stores plan and header and appends the `start` message (with the header, unless it is large), in one step, unless the run is there already or the shard is full. */
  start(header: Omit<RunHeader, 'createdAt'>, plan: Plan, settings?: StartSettings): Promise<StartReply>;
  /** Appends messages to the inboxes of the shards that their runs and actors live on. Messages must be idempotent: it may happen twice. */
  send(messages: readonly InboxMessage[]): Promise<void>;
  /** Stores a plan that runs of the shard will be started with, unless it is there. */
  storePlan(shard: number, plan: Plan): Promise<void>;
  /**
   * The answer to a request that was sent to the run or actor at this address; waits up to `blockMs` for it. Undefined: none yet.
   * An answer can be read for ten minutes.
   */
  readAnswer(
    address: string,
    request: string,
    blockMs: number,
    signal?: AbortSignal,
  ): Promise<Answer | undefined>;
  /** Documents of the shard's actors whose address begins with the prefix, as last committed. */
  readActors(shard: number, prefix: string): Promise<readonly StoredDocument[]>;
  /** When these timers of the shard are due, ms; null for one that is not set. In the order asked. */
  readTimers(shard: number, timers: readonly string[]): Promise<readonly (number | null)[]>;
  /** What runs cost on these days, by day and workflow; days without are left out. They are kept for a year at least. */
  readCosts(range: CostRange): Promise<readonly DayCost[]>;
  readHeader(run: string): Promise<RunHeader | undefined>;
  /** The run's first node records, at most `count`, 32 bytes each: those of its tasks stand first. Empty when there are none. */
  readRecords(run: string, count: number): Promise<Uint8Array>;
  loadRun(run: string): Promise<StoredRun | undefined>;
  loadPlan(shard: number, hash: string): Promise<Plan | undefined>;
  /** Packed events with last seq > `after`, in order, at most `limit` entries; waits up to `blockMs` when there are none. */
  readEvents(
    run: string,
    after: number,
    limit: number,
    blockMs: number,
    signal?: AbortSignal,
  ): Promise<readonly { readonly first: number; readonly last: number; readonly packed: string }[]>;
  /**
   * Waits up to `blockMs` for events with seq > `after`, and answers how the run stands then, in no case earlier than at the
   * events that it saw. Undefined: it is not there.
   */
  awaitProgress(
    run: string,
    after: number,
    blockMs: number,
    signal?: AbortSignal,
  ): Promise<Progress | undefined>;
}

/** Where a run stands, and the seq of the last event that was seen of it. */
export interface Progress {
  readonly header: RunHeader;
  readonly seq: number;
}

export interface ShardStore extends OwnerStore, WorkerStore, ClientStore {
  close(): Promise<void>;
}
