/** The Redis store as a client sees it: start runs, tell them things, look at them. */
import { type Answer, addressOf, type InboxMessage, type StartMessage } from '../core/message.ts';
import type { Plan } from '../core/plan.ts';
import type { RunHeader } from '../core/run-header.ts';
import { shardOf } from '../core/run-id.ts';
import type { ClientStore, StartReply } from '../ports/shard-store.ts';
import { readBlocking } from './blocking-read.ts';
import { readCosts } from './cost-place.ts';
import { awaitProgress, loadPlan, loadRun, readEvents, readHeader, readRecords } from './run-reader.ts';
import { scanDocuments } from './scan.ts';
import type { StoreContext } from './store-context.ts';

/** Bytes of a header that goes along with its `start` message at most; an owner reads up to 1,000 messages of a shard at once. */
const TRAVELLING_HEADER = 8_192;
/** Messages in one script call. */
const SEND_PIECE = 250;
/** Plans of which is remembered that they are stored. */
const REMEMBERED_PLANS = 1_000;

export function clientStore(context: StoreContext): ClientStore {
  const sentPlans = new Set<string>();
  return {
    shards: (wanted) => context.shards(wanted),
    async now() {
      const [seconds, micros] = (await context.call('time', [])) as [string, string];
      return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    },
    start: (header, plan, { always = false } = {}) => start(context, sentPlans, { header, plan, always }),
    send: (messages) => send(context, messages),
    readHeader: (run) => readHeader(context, run),
    readRecords: (run, count) => readRecords(context, run, count),
    loadRun: (run) => loadRun(context, run),
    loadPlan: (shard, hash) => loadPlan(context, shard, hash),
    async storePlan(shard, plan) {
      const name = context.keys.plan(shard, plan.hash);
      if (sentPlans.has(name) && (await context.call('touch', [name])) === 1) return;
      await context.call('setnx', [name, JSON.stringify(plan)]);
      sentPlans.add(name);
    },
    readAnswer: (address, request, blockMs, signal) =>
      readAnswer(context, { address, request, blockMs, signal }),
    readActors: (shard, prefix) => scanDocuments(context, context.keys.actors(shard), prefix),
    readTimers: (shard, timers) => readTimers(context, shard, timers),
    readCosts: (range) => readCosts(context, range),
    readEvents: (run, after, limit, blockMs, signal) =>
      readEvents(context, { run, after, limit, blockMs, signal }),
    awaitProgress: (run, after, blockMs, signal) => awaitProgress(context, { run, after, blockMs, signal }),
  };
}

/** Timers in one command. */
const TIMER_PIECE = 1_000;

async function readTimers(
  context: StoreContext,
  shard: number,
  timers: readonly string[],
): Promise<(number | null)[]> {
  const due: (number | null)[] = [];
  for (let at = 0; at < timers.length; at += TIMER_PIECE) {
    const names = timers.slice(at, at + TIMER_PIECE);
    const scores = (await context.call('zmscore', [context.keys.timers(shard), ...names])) as (
      | string
      | null
    )[];
    due.push(...scores.map((score) => (score === null ? null : Number(score))));
  }
  return due;
}

interface Starting {
  readonly header: Omit<RunHeader, 'createdAt'>;
  readonly plan: Plan;
  readonly always: boolean;
}

/** A plan is sent along the first time only: it may be a thousand times larger than the run's header. */
function start(
  context: StoreContext,
  sentPlans: Set<string>,
  { header, plan, always }: Starting,
): Promise<StartReply> {
  const { keys, scripts } = context;
  const run = header.id;
  const body = JSON.stringify({ ...header, createdAt: undefined }).slice(1);
  const message = JSON.stringify({ type: 'start', run } satisfies StartMessage);
  return context.onShardOf(run, async (shard) => {
    context.flush(shard);
    const name = keys.plan(shard, plan.hash);
    const names = [keys.run(shard, run), name, keys.live(shard), keys.inbox(shard), keys.lease(shard)];
    const submit = (planJson: string) =>
      scripts.start(names, [run, body, message, planJson, always ? 1 : 0, TRAVELLING_HEADER]);
    const sent = sentPlans.has(name);
    let [kind, stored] = await submit(sent ? '' : JSON.stringify(plan));
    if (kind === 'plan') [kind, stored] = await submit(JSON.stringify(plan));
    if (kind === 'full') return { kind, reason: stored === 'memory' ? 'memory' : 'runs' };
    if (sentPlans.size >= REMEMBERED_PLANS) sentPlans.clear();
    sentPlans.add(name);
    if (kind !== 'exists') return { kind: 'started', run };
    const same = (JSON.parse(stored) as RunHeader).fingerprint === header.fingerprint;
    return { kind: same ? 'exists' : 'conflict', run };
  });
}

interface AnswerRead {
  readonly address: string;
  readonly request: string;
  readonly blockMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The answer is the one entry of a stream of its own, so that it can be waited for, and read again. */
function readAnswer(
  context: StoreContext,
  { address, request, blockMs, signal }: AnswerRead,
): Promise<Answer | undefined> {
  return context.onShardOf(address, async (shard) => {
    const streams = new Map([[context.keys.answer(shard, request), '0-0']]);
    const [found] = await readBlocking(context.connections, { streams, count: 1, blockMs, signal });
    const json = found?.[1][0]?.[1][1];
    return json === undefined ? undefined : (JSON.parse(json) as Answer);
  });
}

function send(context: StoreContext, messages: readonly InboxMessage[]): Promise<void> {
  return context.withShards(async (shards) => {
    const byShard = new Map<number, string[]>();
    for (const message of messages) {
      const shard = shardOf(addressOf(message), shards);
      const list = byShard.get(shard) ?? [];
      byShard.set(shard, list);
      list.push(JSON.stringify(message));
    }
    await Promise.all([...byShard].flatMap(([shard, list]) => sendToShard(context, shard, list)));
  });
}

function sendToShard(context: StoreContext, shard: number, messages: readonly string[]): Promise<unknown>[] {
  context.flush(shard);
  const sent: Promise<unknown>[] = [];
  for (let at = 0; at < messages.length; at += SEND_PIECE) {
    sent.push(context.scripts.send([context.keys.inbox(shard)], messages.slice(at, at + SEND_PIECE)));
  }
  return sent;
}
