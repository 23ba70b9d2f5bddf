/** A worker on the memory adapters under a clock that the test moves, with executors that the test steers. */
import { z } from 'zod';
import { SluiceError } from '../../../engine/core/errors.ts';
import { flightKey, parseFlight, SENT } from '../../../engine/core/flight.ts';
import type { Json, JsonObject } from '../../../engine/core/json.ts';
import type { InboxMessage } from '../../../engine/core/message.ts';
import type { Ticket } from '../../../engine/core/ticket.ts';
import {
  createManualClock,
  createMemoryArtifactStore,
  createMemoryLogStore,
  createMemoryMembership,
  createMemoryShardStore,
  createMemoryTaskQueue,
} from '../../../engine/memory/index.ts';
import { createMemoryWorkspace } from '../../../engine/memory/workspace.ts';
import type { ExecutionContext, WorkerExecutor } from '../../../engine/ports/executor.ts';
import type { Logger } from '../../../engine/ports/logger.ts';
import type { ShardStore } from '../../../engine/ports/shard-store.ts';
import { createWorker, type WorkerOptions } from '../../../engine/runtime/worker.ts';

export const RUN = '01J00000000000000000000000';

export function aTicket(changes: Partial<Ticket> = {}): Ticket {
  return {
    v: 1,
    shard: 0,
    run: RUN,
    node: 0,
    generation: 1,
    attempt: 1,
    workflow: 'weather',
    namespace: 'default',
    task: 'build',
    queue: 'default',
    priority: 1,
    uses: 'work',
    with: {},
    env: {},
    logical_time: '2026-01-01T00:00:00Z',
    delivery: 0,
    ...changes,
  };
}

/** One execution that waits for the test. */
export interface Execution {
  readonly options: JsonObject;
  readonly context: ExecutionContext;
  succeed(outputs?: { readonly [name: string]: Json }): void;
  fail(error: unknown): void;
}

/** The executor `work`: does nothing until the test says how it ends. */
export function steeredExecutor(changes: Partial<WorkerExecutor> = {}) {
  const executions: Execution[] = [];
  const executor: WorkerExecutor = {
    name: 'work',
    place: 'worker',
    summary: 'Waits for the test.',
    options: z.looseObject({}),
    run: (options, context) =>
      new Promise((resolve, reject) => {
        executions.push({ options, context, succeed: (outputs = {}) => resolve(outputs), fail: reject });
      }),
    ...changes,
  };
  return { executor, executions };
}

/** An executor that ends at once, as given. */
export function instantExecutor(run: WorkerExecutor['run'] = async () => ({})): WorkerExecutor {
  return { ...steeredExecutor().executor, run };
}

type StoreMethod = 'claim' | 'settle' | 'settleAndClaim' | 'beat' | 'handBack' | 'send';

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: JsonObject;
}

export function aRig(changes: Partial<WorkerOptions> = {}) {
  const clock = createManualClock(1_000_000);
  const store = createMemoryShardStore({ now: clock.now, clock, shards: 2, random: () => 0.5 });
  const queue = createMemoryTaskQueue({ clock });
  const membership = createMemoryMembership({ now: clock.now });
  const logs = createMemoryLogStore();
  const calls: StoreMethod[] = [];
  const down = new Set<StoreMethod>();
  const { executor, executions } = steeredExecutor();
  const said: LoggedLine[] = [];
  const worker = createWorker({
    store: interceptedStore(store, calls, down),
    queue,
    membership,
    logs,
    artifacts: createMemoryArtifactStore(),
    workspace: createMemoryWorkspace(),
    executors: [executor],
    clock,
    logger: recordingLogger(said),
    session: 'session-1',
    name: 'worker-1',
    queues: { default: 2 },
    graceMs: 10_000,
    ...changes,
  });
  return {
    clock,
    store,
    queue,
    membership,
    logs,
    calls,
    down,
    executions,
    said,
    worker,
    ...shardAccess(store),
  };
}

/** Methods named in `down` reject as if Redis were away; every call is noted. */
function interceptedStore(store: ShardStore, calls: StoreMethod[], down: ReadonlySet<StoreMethod>) {
  const pass = <A extends unknown[], R>(method: StoreMethod, call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      calls.push(method);
      if (down.has(method)) throw new SluiceError('redis_unreachable', 'Redis does not answer.');
      return call(...args);
    };
  };
  return {
    claim: pass('claim', store.claim),
    settle: pass('settle', store.settle),
    settleAndClaim: pass('settleAndClaim', store.settleAndClaim),
    beat: pass('beat', store.beat),
    handBack: pass('handBack', store.handBack),
    send: pass('send', store.send),
    now: store.now,
  };
}

/** What the shard's owner does, as far as workers see it. */
function shardAccess(store: ShardStore) {
  const commits = new Map<number, { token: string; n: number }>();
  const keyOf = (t: Ticket) => flightKey(t.run, t.node, t.generation, t.attempt);
  const setFlight = async (ticket: Ticket, value: string | undefined) => {
    const lease = commits.get(ticket.shard) ??
      (await store.acquire(ticket.shard, 'owner', 1e9)) ?? { token: '', n: 0 };
    const n = lease.n + 1;
    commits.set(ticket.shard, { token: lease.token, n });
    const key = keyOf(ticket);
    const flights =
      value === undefined ? { set: [], remove: [key] } : { set: [[key, value] as const], remove: [] };
    const commit = { cursor: null, expect: [], runs: [], flights, timers: { set: [], remove: [] } };
    const reply = await store.commit({ shard: ticket.shard, token: lease.token }, n, commit);
    if (reply.kind !== 'ok') throw new Error(`the commit was answered ${reply.kind}`);
  };
  const flightOf = async (ticket: Ticket) => {
    const [found] = await store.readFlights(ticket.shard, [keyOf(ticket)]);
    return found?.[1] ?? undefined;
  };
  return {
    setFlight,
    flightOf,
    /** Makes the ticket's flight claimable. */
    send: (ticket: Ticket) => setFlight(ticket, SENT),
    /** Tells whoever holds the claim to stop. */
    tellToStop: async (ticket: Ticket) => {
      const flight = parseFlight((await flightOf(ticket)) ?? '');
      await setFlight(ticket, `x|${flight.delivery}|${flight.deaths}|${flight.session}`);
    },
    inbox: async (shard = 0): Promise<InboxMessage[]> => {
      const batches = await store.read(new Map([[shard, '0-0']]), 10_000, 0, AbortSignal.abort());
      return batches.flatMap((batch) => batch.entries.map((entry) => entry.message));
    },
  };
}

function recordingLogger(said: LoggedLine[]): Logger {
  const at =
    (level: string) =>
    (message: string, fields: JsonObject = {}) => {
      said.push({ level, message, fields });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Waits for what needs no time to have happened. */
export function calm(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
