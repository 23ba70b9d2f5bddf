/** Builders for the shard store's contract. */
import type { Commit, RunChange } from '../../../engine/core/commit.ts';
import { flightKey } from '../../../engine/core/flight.ts';
import type { SettledMessage } from '../../../engine/core/message.ts';
import { type Plan, sealPlan } from '../../../engine/core/plan.ts';
import type { RunHeader } from '../../../engine/core/run-header.ts';
import { derivedRunId, shardOf } from '../../../engine/core/run-id.ts';
import type { Lease, ShardStore } from '../../../engine/ports/shard-store.ts';
import { SHARDS } from './subject.ts';

export const SHARD = 1;

/** The id of the `number`th run of a shard. */
export function aRunId(number = 0, shard = SHARD): string {
  for (let i = 0, found = 0; ; i++) {
    const id = derivedRunId('contract', String(i));
    if (shardOf(id, SHARDS) === shard && found++ === number) return id;
  }
}

export function aPlan(name = 'weather'): Plan {
  return sealPlan({
    format: 1,
    name,
    namespace: 'default',
    labels: { team: 'ä "quoted" \u{1F327}' },
    inputs: {},
    priority: 5,
    tasks: [],
    outputs: {},
  });
}

type NewHeader = Omit<RunHeader, 'createdAt'>;

export function aHeader(change: Partial<NewHeader> = {}): NewHeader {
  return {
    format: 1,
    id: aRunId(),
    namespace: 'default',
    workflow: 'weather',
    plan: aPlan().hash,
    inputs: { city: 'Zürich', constructor: null, text: 'a|b:c\n"d"' },
    labels: {},
    priority: 5,
    trigger: { type: 'manual' },
    status: 'queued',
    seq: 0,
    nodes: 0,
    fingerprint: 'f1',
    ...change,
  };
}

export function aCommit(change: Partial<Commit> = {}): Commit {
  return {
    cursor: null,
    expect: [],
    runs: [],
    flights: { set: [], remove: [] },
    timers: { set: [], remove: [] },
    ...change,
  };
}

export function aRunChange(change: Partial<RunChange> = {}): RunChange {
  return { run: aRunId(), records: [], outputs: [], ...change };
}

/** The flight of the first attempt at a node. */
export function aFlight(node = 0, run = aRunId()): string {
  return flightKey(run, node, 1, 1);
}

export function aSettled(change: Partial<SettledMessage> = {}): SettledMessage {
  return {
    type: 'settled',
    run: aRunId(),
    node: 0,
    generation: 1,
    attempt: 1,
    delivery: 1,
    worker: 'w1',
    startedAt: 1_000,
    outcome: { status: 'succeeded', outputs: { answer: 42 } },
    ...change,
  };
}

/** The name of a flight on the shard of most cases. */
export function claimName(node = 0): { readonly shard: number; readonly flight: string } {
  return { shard: SHARD, flight: aFlight(node) };
}

const LONG_MS = 3_600_000;

/** Owns the shard. */
export async function own(store: ShardStore, owner = 'o1'): Promise<Lease> {
  const lease = await store.acquire(SHARD, owner, LONG_MS);
  if (lease === undefined) throw new Error(`${owner} could not acquire the shard`);
  return lease;
}

/** Owns the shard, and sets flights as one commit would. */
export async function withFlights(
  store: ShardStore,
  flights: Readonly<Record<number, string>>,
): Promise<Lease> {
  const lease = await own(store);
  const set = Object.entries(flights).map(([node, value]) => [aFlight(Number(node)), value] as const);
  const reply = await store.commit(lease, lease.n + 1, aCommit({ flights: { set, remove: [] } }));
  if (reply.kind !== 'ok') throw new Error(`the commit was answered ${reply.kind}`);
  return { ...lease, n: lease.n + 1 };
}

/** The flight's stored value, null when it is gone. */
export async function flightOf(store: ShardStore, node = 0): Promise<string | null | undefined> {
  return (await store.readFlights(SHARD, [aFlight(node)]))[0]?.[1];
}

/** All that the inbox holds, without waiting. */
export async function inboxOf(store: ShardStore, shard = SHARD) {
  const batches = await store.read(new Map([[shard, '0-0']]), 1_000, 0);
  return batches[0]?.entries ?? [];
}

export async function messagesOf(store: ShardStore, shard = SHARD) {
  return (await inboxOf(store, shard)).map(({ message }) => message);
}

/** Bytes of so many records, each filled with a number. */
export function records(...fills: readonly number[]): Uint8Array {
  return Uint8Array.from(fills.flatMap((fill) => Array.from({ length: 32 }, () => fill)));
}
