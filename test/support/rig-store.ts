/** The store of one run in plain Maps, with the checks that every commit must pass on its way in. */
import { type Commit, MAX_COMMIT_NODES } from '../../engine/core/commit.ts';
import { type EventRecord, unpackEvents } from '../../engine/core/event.ts';
import type { Answer } from '../../engine/core/message.ts';
import { type NodeRecord, newRecord, RECORD_BYTES, unpackRecord } from '../../engine/core/node-record.ts';
import { NODE_STEPS, type NodeState } from '../../engine/core/node-state.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { Post } from '../../engine/core/post.ts';
import type { NodeOutput, RunHeader } from '../../engine/core/run-header.ts';
import { newRunState, type RunState, restoreRunState } from '../../engine/core/run-state.ts';
import { START_MS } from './run-builder.ts';

export class RigStore {
  readonly flights = new Map<string, string>();
  readonly timers = new Map<string, number>();
  readonly events: EventRecord[] = [];
  readonly commits: Commit[] = [];
  /** Answers to requests. */
  readonly answers = new Map<string, Answer>();
  /** Posts, in order. */
  readonly posts: Post[] = [];
  readonly #outputs = new Map<number, string>();
  #progress = '{}';
  #records = new Uint8Array(0);

  /** The run as it is stored. */
  restore(base: RunHeader, plan: Plan): RunState {
    const header = { ...base, ...(JSON.parse(this.#progress) as object) } as RunHeader;
    if (header.nodes === 0) return newRunState(header, plan, () => 1_000);
    return restoreRunState(header, plan, { records: this.#records, outputs: this.#outputs }, () => 1_000);
  }

  record(index: number): NodeRecord {
    if ((index + 1) * RECORD_BYTES > this.#records.length) return newRecord(index);
    return unpackRecord(new DataView(this.#records.buffer), index * RECORD_BYTES, START_MS);
  }

  /** Stores all or nothing: false when a flight does not stand as the commit expects. */
  commit(commit: Commit): boolean {
    if (commit.expect.some(([key, seen]) => (this.flights.get(key) ?? null) !== seen)) return false;
    this.commits.push(commit);
    for (const change of commit.runs) {
      if (change.header !== undefined) this.#progress = change.header;
      for (const { start, bytes } of change.records) this.#write(start, bytes);
      for (const [node, json] of change.outputs) this.#outputs.set(node, json);
      if (change.events) this.#append(unpackEvents(change.events.packed, change.events.first));
    }
    this.#checkAwaiting();
    for (const [key, value] of commit.flights.set) this.flights.set(key, value);
    for (const key of commit.flights.remove) this.flights.delete(key);
    for (const [key, due] of commit.timers.set) this.timers.set(key, due);
    for (const key of commit.timers.remove) this.timers.delete(key);
    for (const [request, json] of commit.answers ?? []) this.answers.set(request, JSON.parse(json) as Answer);
    for (const [, json] of commit.outbox?.set ?? []) this.posts.push(JSON.parse(json) as Post);
    const nodes = commit.runs.flatMap(({ records }) =>
      records.map(({ bytes }) => bytes.length / RECORD_BYTES),
    );
    const changed = nodes.reduce((sum, count) => sum + count, 0);
    if (changed > MAX_COMMIT_NODES) throw new Error(`a commit changes ${changed} nodes`);
    return true;
  }

  /** The header says how many nodes wait for somebody. */
  #checkAwaiting(): void {
    const { awaiting = 0 } = JSON.parse(this.#progress) as { awaiting?: number };
    const kinds = [...this.#outputs].flatMap(([node, json]) =>
      this.record(node).state === 'waiting' ? ((JSON.parse(json) as NodeOutput).w?.kind ?? []) : [],
    );
    const found = kinds.filter((kind) => kind === 'approval' || kind === 'signal').length;
    if (awaiting !== found) throw new Error(`${found} nodes wait for somebody, the header says ${awaiting}`);
  }

  #append(events: readonly EventRecord[]): void {
    for (const event of events) {
      if (event.seq !== this.events.length + 1)
        throw new Error(`event ${event.seq} follows ${this.events.length}`);
      this.events.push(event);
    }
  }

  #write(start: number, bytes: Uint8Array): void {
    const end = start * RECORD_BYTES + bytes.length;
    if (end > this.#records.length) {
      const grown = new Uint8Array(end);
      grown.set(this.#records);
      this.#records = grown;
    }
    for (let at = 0; at < bytes.length; at += RECORD_BYTES) {
      const before = unpackRecord(new DataView(this.#records.buffer), start * RECORD_BYTES + at, START_MS);
      const after = unpackRecord(new DataView(bytes.buffer, bytes.byteOffset), at, START_MS);
      // A reset begins another generation from pending, or goes on with some nodes of a fan-out.
      const isReset = after.generation > before.generation || after.expanded;
      if (!isReset && !REACHABLE[before.state].has(after.state))
        throw new Error(`illegal step ${before.state} → ${after.state}`);
    }
    this.#records.set(bytes, start * RECORD_BYTES);
  }
}

/** States that legal steps lead to; a commit may hold several steps. */
const REACHABLE = Object.fromEntries(
  Object.keys(NODE_STEPS).map((state) => [state, reachable(state as NodeState)]),
) as unknown as Record<NodeState, ReadonlySet<NodeState>>;

function reachable(from: NodeState): ReadonlySet<NodeState> {
  const found = new Set<NodeState>([from]);
  for (const state of found) for (const next of NODE_STEPS[state]) found.add(next);
  return found;
}
