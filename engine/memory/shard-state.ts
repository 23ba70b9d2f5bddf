/**
 * The plain state of one shard, and its inbox. Everything that a caller may change later (messages, headers, plans) is
 * kept as JSON text, as Redis keeps it: so nothing here is shared with anyone, and a copy of the state is cheap.
 */
import type { DayCost } from '../core/cost.ts';
import type { InboxMessage } from '../core/message.ts';
import type { InboxEntry, StoredDocument } from '../ports/shard-store.ts';

/** Id of the inbox entry before the first. */
export const FIRST_CURSOR = '0-0';

export interface LeaseState {
  owner: string;
  /** Empty: nobody holds the shard. */
  token: string;
  epoch: number;
  /** ms; the lease can be taken by others after it. */
  until: number;
  /** ms; no session is taken for dead within the grace after it. */
  calmSince: number;
  renewedAt: number;
  /** Number of the last commit. */
  n: number;
  cursor: string;
  /** Runs that may be live; 0: no limit. */
  maxLive: number;
  /** ms; no run from outside is taken before. */
  closedUntil: number;
}

interface StoredMessage {
  readonly ms: number;
  readonly n: number;
  readonly json: string;
}

export interface StoredEvents {
  readonly first: number;
  readonly last: number;
  readonly packed: string;
}

export interface RunState {
  /** JSON; undefined while only parts of a run were committed. */
  header: string | undefined;
  /** JSON of the changing part, laid over the header when read. */
  progress: string;
  records: Uint8Array;
  readonly outputs: Map<number, string>;
  readonly events: StoredEvents[];
}

export interface ShardState {
  readonly lease: LeaseState;
  readonly inbox: StoredMessage[];
  /** Id of the newest inbox entry ever appended; outlives the entry. */
  lastMs: number;
  lastN: number;
  readonly flights: Map<string, string>;
  readonly timers: Map<string, number>;
  readonly live: Set<string>;
  readonly runs: Map<string, RunState>;
  readonly plans: Map<string, string>;
  /** Documents of actors, JSON. */
  readonly documents: Map<string, string>;
  /** Posts that were not delivered yet, JSON. */
  readonly outbox: Map<string, string>;
  /** Request → answer, JSON. */
  readonly answers: Map<string, string>;
  /** What was added to the costs of days. */
  costs: readonly DayCost[];
  /** Session → ms of its last beat. */
  readonly beats: Map<string, number>;
}

export function newShardState(): ShardState {
  return {
    lease: {
      owner: '',
      token: '',
      epoch: 0,
      until: 0,
      calmSince: 0,
      renewedAt: 0,
      n: 0,
      cursor: FIRST_CURSOR,
      maxLive: 0,
      closedUntil: 0,
    },
    inbox: [],
    lastMs: 0,
    lastN: 0,
    flights: new Map(),
    timers: new Map(),
    live: new Set(),
    runs: new Map(),
    plans: new Map(),
    documents: new Map(),
    outbox: new Map(),
    answers: new Map(),
    costs: [],
    beats: new Map(),
  };
}

/** Documents of the actors whose address begins with the prefix. */
export function documentsOf({ documents }: ShardState, prefix: string): StoredDocument[] {
  return [...documents].filter(([key]) => key.startsWith(prefix));
}

/** The run's state, made empty when it is not there. */
export function runState(shard: ShardState, run: string): RunState {
  const known = shard.runs.get(run);
  if (known !== undefined) return known;
  const fresh: RunState = {
    header: undefined,
    progress: '{}',
    records: new Uint8Array(0),
    outputs: new Map(),
    events: [],
  };
  shard.runs.set(run, fresh);
  return fresh;
}

/** The ms part that the id of a message appended now has. */
export function timeOfNext(shard: ShardState, now: number): number {
  return Math.max(Math.floor(now), shard.lastMs);
}

/** Appends a message. Its id is later than every earlier one, and its ms part never goes back, even if `now` does. */
export function appendMessage(shard: ShardState, now: number, message: InboxMessage): void {
  const ms = timeOfNext(shard, now);
  const n = ms === shard.lastMs ? shard.lastN + 1 : 0;
  shard.inbox.push({ ms, n, json: JSON.stringify(message) });
  shard.lastMs = ms;
  shard.lastN = n;
}

/** At most `limit` entries after the cursor, oldest first. */
export function readInbox(shard: ShardState, cursor: string, limit: number): InboxEntry[] {
  const from = countUpTo(shard, cursor);
  return shard.inbox.slice(from, from + limit).map((entry) => ({
    id: `${entry.ms}-${entry.n}`,
    message: JSON.parse(entry.json) as InboxMessage,
  }));
}

/** Removes the entries up to and including the cursor. */
export function trimInbox(shard: ShardState, cursor: string): void {
  shard.inbox.splice(0, countUpTo(shard, cursor));
}

function countUpTo(shard: ShardState, cursor: string): number {
  const [cursorMs = 0, cursorN = 0] = cursor.split('-').map(Number);
  const after = shard.inbox.findIndex(({ ms, n }) => ms > cursorMs || (ms === cursorMs && n > cursorN));
  return after === -1 ? shard.inbox.length : after;
}
