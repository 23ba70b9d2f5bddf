/**
 * Reads what an explanation needs, as any reader may: state, flights, timers, limits, who lives. Only the rank of a queued node
 * is asked of the owner, who alone knows it; without an answer the explanation does without.
 */
import { randomBytes } from 'node:crypto';
import { type ActorState, documentKey, NO_ACTOR, parseDocumentKey } from '../../core/actor.ts';
import { placeOf } from '../../core/decide/node/node-place.ts';
import { SluiceError } from '../../core/errors.ts';
import type { EventRecord } from '../../core/event.ts';
import {
  type ExplainFacts,
  explainNode,
  explainRun,
  listedNodes,
  type NodeExplanation,
  type RunExplanation,
} from '../../core/explain/index.ts';
import { readsOf } from '../../core/explain/reads.ts';
import type { Json } from '../../core/json.ts';
import { keyOf, OutputsNeeded } from '../../core/large-outputs.ts';
import type { NodeState, RunStatus } from '../../core/node-state.ts';
import { type Rank, readRank } from '../../core/rank.ts';
import type { RunHeader } from '../../core/run-header.ts';
import { shardOf } from '../../core/run-id.ts';
import { type RunState, restoreRunState } from '../../core/run-state.ts';
import type { Membership } from '../../ports/membership.ts';
import type { ShardStore } from '../../ports/shard-store.ts';
import { askOwner } from './ask-owner.ts';
import type { Client } from './client.ts';
import { findCircles } from './limit-circles.ts';

export interface ExplainerOptions {
  readonly client: Client;
  readonly store: Pick<
    ShardStore,
    'now' | 'readFlights' | 'readTimers' | 'readActors' | 'readHeader' | 'send' | 'readAnswer'
  >;
  readonly shards: number;
  readonly membership: Pick<Membership, 'workers' | 'orchestrators'>;
  /** Names of executors that the orchestrator evaluates itself. */
  readonly engineActions: ReadonlySet<string>;
}

export interface Explainer {
  /** Why the run stands as it does, and its nodes that are open, failed or skipped. @throws SluiceError run_not_found */
  run(run: string): Promise<RunExplanation>;
  /** Why one node does: `resize`, or `resize[3]`. @throws SluiceError run_not_found, node_not_found */
  node(run: string, node: string): Promise<NodeExplanation>;
}

/** How long the orchestrator is waited for, ms. */
const RANK_WAIT_MS = 1_500;
/** Duration of a task that is not known: every task counts the same in a path. */
const UNKNOWN_MS = 1_000;

export function createExplainer(options: ExplainerOptions): Explainer {
  return {
    async run(run) {
      const state = await readRun(options, run);
      return withOutputs(options, state, async () =>
        explainRun(state, await readFacts(options, state, listedNodes(state))),
      );
    },
    async node(run, node) {
      const state = await readRun(options, run);
      const index = indexOf(state, node);
      return withOutputs(options, state, async () => {
        const facts = await readFacts(options, state, [index]);
        const [events, rank] = await Promise.all([
          options.client.history(run),
          askRank(options, facts, { run, node: index, state: state.nodes[index]?.state }),
        ]);
        const story = events.filter((event) => event.node === index);
        const explained = explainNode(state, index, {
          ...facts,
          attempts: () => failedAttempts(story),
          shortcut: () => shortcutOf(story),
          rank: () => rank,
        });
        if (explained) return explained;
        throw noNode(state, node);
      });
    },
  };
}

/** Large outputs are loaded when an expression turns out to read them. */
async function withOutputs<T>(
  { client }: ExplainerOptions,
  { large }: RunState,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof OutputsNeeded)) throw thrown;
      for (const ref of thrown.refs) {
        const outputs = await client.readOutputs(ref);
        const problem = `outputs of run ${ref.run} are not in the store`;
        large.set(keyOf(ref), outputs ? { outputs, bytes: ref.bytes } : { problem });
      }
    }
  }
}

async function readRun({ client }: ExplainerOptions, id: string): Promise<RunState> {
  const { stored, plan } = await client.load(id);
  const { status, nodes } = stored.header;
  // What follows from the records is counted for live runs only, and is of interest for ended ones here.
  const header: RunHeader = {
    ...stored.header,
    status: 'running',
    nodes: Math.max(nodes, plan.tasks.length),
  };
  const run = restoreRunState(header, plan, stored, () => UNKNOWN_MS);
  header.status = status;
  return run;
}

async function readFacts(
  options: ExplainerOptions,
  run: RunState,
  nodes: readonly number[],
): Promise<ExplainFacts> {
  const { store, membership, engineActions } = options;
  const shard = shardOf(run.header.id, options.shards);
  const { flights, timers, limits, children } = readsOf(run, nodes);
  const [now, workers, orchestrators, values, due, actors, statuses, circles] = await Promise.all([
    store.now(),
    membership.workers(),
    membership.orchestrators(),
    store.readFlights(shard, flights),
    store.readTimers(shard, timers),
    Promise.all(limits.map((address) => readActor(options, address))),
    Promise.all(children.map((child) => readStatus(options, child))),
    limits.length > 0 ? findCircles(store, options.shards) : undefined,
  ]);
  return {
    now,
    workers,
    orchestrators: orchestrators.length,
    engineActions,
    flights: new Map(values.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]))),
    timers: new Map(timers.flatMap((timer, i) => (due[i] == null ? [] : [[timer, due[i]] as const]))),
    children: new Map(
      statuses.flatMap((status, i) => (status ? [[children[i] ?? '', status] as const] : [])),
    ),
    limit: (address) => actors[limits.indexOf(address)] ?? NO_ACTOR,
    attempts: () => [],
    circle: (node) => circles?.of({ run: run.header.id, node }) ?? [],
  };
}

/** Undefined when the child is not there yet. */
function readStatus({ client }: ExplainerOptions, run: string): Promise<RunStatus | undefined> {
  return client.header(run).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** Its documents, as last committed on its own shard. */
async function readActor({ store, shards }: ExplainerOptions, address: string): Promise<ActorState> {
  const found = await store.readActors(shardOf(address, shards), documentKey(address, ''));
  return new Map(found.map(([key, json]) => [parseDocumentKey(key).field, JSON.parse(json) as Json]));
}

function failedAttempts(story: readonly EventRecord[]): ReturnType<ExplainFacts['attempts']> {
  return story.flatMap(({ type, attempt, detail, at }) =>
    (type === 'node.retrying' || type === 'node.failed') && attempt !== undefined && detail?.error
      ? [{ attempt, error: detail.error, at }]
      : [],
  );
}

const SHORTCUTS: readonly EventRecord['type'][] = ['node.marked', 'node.reused', 'node.cached'];

/** Only of the node's present generation, and of its last attempt. */
function shortcutOf(story: readonly EventRecord[]): EventRecord | undefined {
  const last = story.findLast(
    ({ type }) => SHORTCUTS.includes(type) || type === 'node.reset' || type === 'node.queued',
  );
  return last && SHORTCUTS.includes(last.type) ? last : undefined;
}

interface Ranked {
  readonly run: string;
  readonly node: number;
  readonly state: NodeState | undefined;
}

/** Undefined when nobody answers in time: an explanation does not depend on it. */
async function askRank(
  { store }: ExplainerOptions,
  { orchestrators }: ExplainFacts,
  { run, node, state }: Ranked,
): Promise<Rank | undefined> {
  if (state !== 'queued' || orchestrators === 0) return undefined;
  const request = randomBytes(10).toString('hex');
  const asked = askOwner(store, { type: 'rank', run, node, request }, RANK_WAIT_MS);
  return asked.then(
    (answer) => readRank(answer['rank']),
    () => undefined,
  );
}

function indexOf(run: RunState, name: string): number {
  const [, id = name, item] = /^(.+)\[(\d+)\]$/.exec(name) ?? [];
  const task = run.plan.tasks.findIndex((one) => one.id === id);
  const index = item === undefined ? task : run.tasks[task]?.fan?.nodes[Number(item)];
  if (index !== undefined && placeOf(run, index)) return index;
  throw noNode(run, name);
}

function noNode({ header, plan }: RunState, name: string): SluiceError {
  const tasks = plan.tasks
    .slice(0, 20)
    .map(({ id }) => id)
    .join(', ');
  return new SluiceError(
    'node_not_found',
    `run ${header.id} has no node "${name}"; its tasks are ${tasks}${plan.tasks.length > 20 ? ', …' : ''}, and a node of a fan-out is written task[3]`,
  );
}
