/** All that the checker is given: the history, the ledger, what users were told, and what is stored in the end. */

import type { EventRecord } from '../../engine/core/event.ts';
import { LIMIT_PREFIX } from '../../engine/core/limit/address.ts';
import { addressOf } from '../../engine/core/message.ts';
import { type NodeRecord, newRecord, RECORD_BYTES, unpackRecord } from '../../engine/core/node-record.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { NodeOutput, RunHeader } from '../../engine/core/run-header.ts';
import type { MemoryShardStore } from '../../engine/memory/index.ts';
import type { Draft } from './features/draft.ts';
import type { Feature } from './features/feature.ts';
import type { FeaturedRequest } from './features/featured-users.ts';
import type { CommitSeen, HistoryEntry } from './history.ts';
import type { Ledger } from './ledger.ts';
import type { Observer } from './observer.ts';
import type { SimWorkflow } from './random-workflow.ts';
import type { Request } from './user.ts';

/** An event with the moment at which it became durable. */
export interface DurableEvent extends EventRecord {
  readonly durableAt: number;
  /** Position of its commit in the history. */
  readonly entry: number;
}

export interface NodeName {
  /** Index of its task. */
  readonly task: number;
  /** -1 when it is a task. */
  readonly item: number;
}

export interface RunEvidence {
  readonly id: string;
  readonly workflow: SimWorkflow;
  readonly header: RunHeader;
  readonly records: readonly NodeRecord[];
  readonly outputs: ReadonlyMap<number, NodeOutput>;
  readonly events: readonly DurableEvent[];
  /** Events by node, in order. */
  readonly byNode: ReadonlyMap<number, readonly DurableEvent[]>;
  nodeName(node: number): NodeName;
}

/** A run of a featured workflow. */
export interface FeaturedRun extends RunEvidence {
  readonly plan: Plan;
  readonly draft: Draft;
  readonly features: readonly Feature[];
}

export interface Evidence {
  readonly seed: number;
  readonly history: readonly HistoryEntry[];
  readonly ledger: Ledger;
  readonly requests: readonly Request[];
  /** Runs of plain random workflows that exist in the end: all that the reference knows how to judge. */
  readonly runs: readonly RunEvidence[];
  /** Runs of featured workflows that exist in the end. */
  readonly featured: readonly FeaturedRun[];
  /** Runs that were started by nodes of featured runs, and theirs. */
  readonly children: readonly RunEvidence[];
  /** Errors that the engine itself called defects. */
  readonly defects: readonly string[];
  readonly leftovers: readonly string[];
  /** By `namespace/workflow`: what the accounts of all its runs say, and the sums of its days. */
  readonly accounts: ReadonlyMap<string, { readonly runs: number; readonly days: number }>;
  readonly faultsOverAt: number;
  /** When waiting for runs ended. */
  readonly endedAt: number;
  /** The store went back to an earlier state. */
  readonly wentBack: boolean;
}

export interface Gathered
  extends Omit<Evidence, 'runs' | 'featured' | 'children' | 'history' | 'wentBack' | 'accounts'> {
  readonly featuredRequests: readonly FeaturedRequest[];
  readonly memory: MemoryShardStore;
  readonly observer: Observer;
}

export async function gather({ memory, observer, featuredRequests, ...facts }: Gathered): Promise<Evidence> {
  const history = observer.entries;
  const workflows = new Map(facts.requests.map(({ workflow }) => [workflow.plan.hash, workflow]));
  const events = eventsByRun(history);
  const runs: RunEvidence[] = [];
  for (const id of observer.started) {
    const workflow = workflows.get((await memory.readHeader(id))?.plan ?? '');
    const found = workflow && (await evidenceOf(memory, id, workflow, events));
    if (found) runs.push(found);
  }
  const featured: FeaturedRun[] = [];
  const featuredWorkflows = new Map(
    featuredRequests.flatMap(({ workflow }) =>
      [workflow.plan, ...workflow.draft.variants].map((plan) => [plan.hash, { ...workflow, plan }] as const),
    ),
  );
  for (const id of observer.started) {
    const workflow = featuredWorkflows.get((await memory.readHeader(id))?.plan ?? '');
    if (!workflow) continue;
    const { plan, draft, features } = workflow;
    const known = { plan, inputs: {}, known: [], neededByOutputs: [] };
    const found = await evidenceOf(memory, id, known, events);
    if (found) featured.push({ ...found, plan, draft, features });
  }
  const children: RunEvidence[] = [];
  const linked = new Map(
    featuredRequests.flatMap(({ workflow }) =>
      workflow.draft.linked.map((plan) => [plan.hash, plan] as const),
    ),
  );
  for (const id of observer.started) {
    const plan = linked.get((await memory.readHeader(id))?.plan ?? '');
    if (!plan) continue;
    const found = await evidenceOf(memory, id, { plan, inputs: {}, known: [], neededByOutputs: [] }, events);
    if (found) children.push(found);
  }
  return {
    ...facts,
    history,
    runs,
    featured,
    children,
    accounts: await accountsOf(memory, observer.started),
    wentBack: history.some(({ kind }) => kind === 'restore'),
  };
}

async function accountsOf(memory: MemoryShardStore, ids: Iterable<string>): Promise<Evidence['accounts']> {
  const accounts = new Map<string, { runs: number; days: number }>();
  const of = (namespace: string, workflow: string) => {
    const key = `${namespace}/${workflow}`;
    const known = accounts.get(key) ?? { runs: 0, days: 0 };
    accounts.set(key, known);
    return known;
  };
  const namespaces = new Set<string>();
  for (const id of ids) {
    const header = await memory.readHeader(id);
    if (!header) continue;
    namespaces.add(header.namespace);
    of(header.namespace, header.workflow).runs += header.cost ?? 0;
  }
  for (const namespace of namespaces) {
    const days = await memory.readCosts({ namespace, from: 0, to: Number.MAX_SAFE_INTEGER });
    for (const { workflow, cost } of days) of(namespace, workflow).days += cost;
  }
  return accounts;
}

async function evidenceOf(
  memory: MemoryShardStore,
  id: string,
  workflow: SimWorkflow,
  events: ReadonlyMap<string, readonly DurableEvent[]>,
): Promise<RunEvidence | undefined> {
  const stored = await memory.loadRun(id);
  if (!stored) return undefined;
  const records = recordsOf(stored.records, stored.header, workflow.plan.tasks.length);
  const outputs = new Map([...stored.outputs].map(([node, json]) => [node, JSON.parse(json) as NodeOutput]));
  return runEvidence({ id, workflow, header: stored.header, records, outputs, events: events.get(id) ?? [] });
}

function runEvidence(facts: Omit<RunEvidence, 'byNode' | 'nodeName'>): RunEvidence {
  const byNode = new Map<number, DurableEvent[]>();
  for (const event of facts.events) {
    if (event.node === undefined) continue;
    const list = byNode.get(event.node) ?? [];
    list.push(event);
    byNode.set(event.node, list);
  }
  const tasks = facts.workflow.plan.tasks.length;
  const nodeName = (node: number): NodeName =>
    node < tasks
      ? { task: node, item: -1 }
      : { task: facts.records[node]?.task ?? -1, item: facts.records[node]?.item ?? -1 };
  return { ...facts, byNode, nodeName };
}

function eventsByRun(history: readonly HistoryEntry[]): Map<string, DurableEvent[]> {
  const runs = new Map<string, DurableEvent[]>();
  history.forEach((entry, index) => {
    if (entry.kind !== 'commit' || entry.lost === true) return;
    for (const [run, events] of entry.events) {
      const list = runs.get(run) ?? [];
      runs.set(run, list);
      for (const event of events) list.push({ ...event, durableAt: entry.at, entry: index });
    }
  });
  return runs;
}

export function recordsOf(bytes: Uint8Array, header: RunHeader, tasks: number): NodeRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.max(header.nodes, tasks) }, (_, i) => {
    const isStored = (i + 1) * RECORD_BYTES <= bytes.byteLength;
    const record = isStored ? unpackRecord(view, i * RECORD_BYTES, header.createdAt) : newRecord(i);
    return i < tasks && record.task !== i ? newRecord(i) : record;
  });
}

/** Commits that still count. */
export function commitsOf(history: readonly HistoryEntry[]): CommitSeen[] {
  return history.filter((entry): entry is CommitSeen => entry.kind === 'commit' && entry.lost !== true);
}

/** What is in flight: nothing, once all runs have ended. */
export async function leftoversOf(memory: MemoryShardStore, shards: number): Promise<string[]> {
  const left: string[] = [];
  for (let shard = 0; shard < shards; shard++) {
    for (const [flight, value] of await memory.readFlights(shard)) left.push(`flight ${flight} = ${value}`);
    const { due, nextMs } = await memory.dueTimers(shard, 10);
    for (const [timer] of due) left.push(`due timer ${timer}`);
    if (nextMs !== undefined) left.push(`a timer of shard ${shard} due at ${nextMs}`);
    for (const run of await memory.liveRuns(shard)) left.push(`live run ${run}`);
    const [batch] = await memory.read(new Map([[shard, '0-0']]), 5, 0);
    for (const { message } of batch?.entries ?? [])
      left.push(`inbox: ${message.type} of ${addressOf(message)}`);
    for (const [id, post] of await memory.loadOutbox(shard)) left.push(`post ${id}: ${post}`);
    for (const [key] of await memory.readActors(shard, LIMIT_PREFIX))
      left.push(`limit ${key.replace('\n', ' ')}`);
  }
  return left;
}
