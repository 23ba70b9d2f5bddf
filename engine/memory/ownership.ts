/** What a shard's owner does to its state: leases, and the fenced commit. Each function is one atomic step. */
import type { Commit, CommitReply, RunChange } from '../core/commit.ts';
import { DayCosts } from '../core/cost.ts';
import { RECORD_BYTES } from '../core/node-record.ts';
import { type RunState, runState, type ShardState, trimInbox } from './shard-state.ts';

/** How long the lease keeps `owner` from taking the shard, ms. */
export function leaseLeft({ lease }: ShardState, now: number, owner: string): number {
  return lease.token === '' || lease.owner === owner ? 0 : Math.max(0, lease.until - now);
}

/** Takes the lease for `owner` unless another holds it. Answers whether it did. */
export function takeLease(
  shard: ShardState,
  now: number,
  lease: { readonly owner: string; readonly ttlMs: number; readonly nonce: string },
): boolean {
  const held = shard.lease;
  if (leaseLeft(shard, now, lease.owner) > 0) return false;
  held.owner = lease.owner;
  held.epoch += 1;
  held.token = `${held.epoch}-${lease.nonce}`;
  held.until = now + lease.ttlMs;
  held.calmSince = now;
  held.renewedAt = now;
  return true;
}

/** Prolongs the lease while the token stands, however late. */
export function renewLease(
  shard: ShardState,
  now: number,
  lease: { readonly token: string; readonly ttlMs: number; readonly calmGapMs: number },
): boolean {
  const held = shard.lease;
  if (!holds(shard, lease.token)) return false;
  // Nobody could beat while the store was away: their silence proves nothing.
  if (now - held.renewedAt > lease.calmGapMs) held.calmSince = now;
  held.renewedAt = now;
  held.until = now + lease.ttlMs;
  return true;
}

export function releaseLease(shard: ShardState, token: string): void {
  if (!holds(shard, token)) return;
  shard.lease.until = 0;
  shard.lease.token = '';
  shard.lease.owner = '';
}

/** Stores commit `n`, or says why not; then nothing was written. */
export function storeCommit(shard: ShardState, token: string, n: number, commit: Commit): CommitReply {
  if (!holds(shard, token)) return { kind: 'fenced' };
  if (n === shard.lease.n) return { kind: 'ok' };
  if (n !== shard.lease.n + 1) return { kind: 'diverged' };
  if (commit.requires?.some((run) => shard.runs.get(run)?.header === undefined)) return { kind: 'diverged' };
  const differing = commit.expect.filter(([flight, seen]) => (shard.flights.get(flight) ?? null) !== seen);
  if (differing.length > 0) {
    return {
      kind: 'conflict',
      flights: differing.map(([flight]) => [flight, shard.flights.get(flight) ?? null]),
    };
  }
  applyCommit(shard, commit);
  shard.lease.n = n;
  return { kind: 'ok' };
}

function holds(shard: ShardState, token: string): boolean {
  return token !== '' && shard.lease.token === token;
}

function applyCommit(shard: ShardState, commit: Commit): void {
  for (const change of commit.runs) applyRunChange(shard, change);
  for (const flight of commit.flights.remove) shard.flights.delete(flight);
  for (const [flight, value] of commit.flights.set) shard.flights.set(flight, value);
  for (const timer of commit.timers.remove) shard.timers.delete(timer);
  for (const [timer, dueMs] of commit.timers.set) shard.timers.set(timer, dueMs);
  applyBeyondRuns(shard, commit);
  if (commit.cursor === null) return;
  shard.lease.cursor = commit.cursor;
  trimInbox(shard, commit.cursor);
}

function applyBeyondRuns(shard: ShardState, { documents, outbox, answers = [], costs = [] }: Commit): void {
  for (const document of documents?.remove ?? []) shard.documents.delete(document);
  for (const [document, json] of documents?.set ?? []) shard.documents.set(document, json);
  for (const id of outbox?.remove ?? []) shard.outbox.delete(id);
  for (const [id, json] of outbox?.set ?? []) shard.outbox.set(id, json);
  for (const [request, json] of answers) shard.answers.set(request, json);
  if (costs.length === 0) return;
  const sums = new DayCosts();
  for (const one of [...shard.costs, ...costs]) sums.add(one, one.day, one.cost);
  shard.costs = sums.sums;
}

function applyRunChange(shard: ShardState, change: RunChange): void {
  const run = runState(shard, change.run);
  if (change.header !== undefined) run.progress = change.header;
  if (change.live === true) shard.live.add(change.run);
  if (change.live === false) shard.live.delete(change.run);
  for (const { start, bytes } of change.records) writeRecords(run, start * RECORD_BYTES, bytes);
  for (const [node, json] of change.outputs) run.outputs.set(node, json);
  if (change.events !== undefined) run.events.push({ ...change.events });
}

function writeRecords(run: RunState, offset: number, bytes: Uint8Array): void {
  const length = offset + bytes.length;
  if (length > run.records.length) {
    const longer = new Uint8Array(length);
    longer.set(run.records);
    run.records = longer;
  }
  run.records.set(bytes, offset);
}
