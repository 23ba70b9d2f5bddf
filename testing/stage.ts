/**
 * The real engine on plain Maps and virtual time: one orchestrator, one worker, one client, no loops of their own. `drain`
 * does all that can be done at this moment; then `moveTo` lets time pass to the next one, so that days take milliseconds.
 */
import type { Commit } from '../engine/core/commit.ts';
import { canonicalJson } from '../engine/core/json.ts';
import { parseTimerKey } from '../engine/core/message.ts';
import type { Plan, PlanTask } from '../engine/core/plan.ts';
import type { Ticket } from '../engine/core/ticket.ts';
import {
  createMemoryArtifactStore,
  createMemoryLogStore,
  createMemoryMembership,
  createMemoryRunIndex,
  createMemoryShardStore,
} from '../engine/memory/index.ts';
import type { Executor } from '../engine/ports/executor.ts';
import type { Logger } from '../engine/ports/logger.ts';
import type { SecretStore } from '../engine/ports/secret-store.ts';
import type { ShardStore } from '../engine/ports/shard-store.ts';
import type { TaskQueue } from '../engine/ports/task-queue.ts';
import { type Client, createClient } from '../engine/runtime/client/client.ts';
import { createOrchestrator, type Orchestrator } from '../engine/runtime/orchestrator/orchestrator.ts';
import { createWorker, type Worker } from '../engine/runtime/worker.ts';
import { RealWork } from './real-work.ts';
import { mayExecute, type Stubs } from './stub.ts';
import { StubWork } from './stub-work.ts';
import { StubWorkspace } from './stub-workspace.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface StageOptions {
  /** Virtual time at the beginning, ms since 1970. */
  readonly startMs: number;
  readonly stubs: Stubs;
  readonly secrets?: { readonly [name: string]: string } | undefined;
  readonly executors: readonly Executor[];
  /** The plans that may run: the one that is tested first, then its sub-workflows. */
  readonly plans: readonly [Plan, ...Plan[]];
}

const SHARD = 0;
/** Nobody competes for the one shard, and the worker never goes away. */
const FOR_EVER_MS = 1e14;
/** The window of every queue is wide open. */
const SLOTS = 1_000_000;

export class Stage {
  readonly clock: VirtualClock;
  readonly store: ShardStore;
  readonly client: Client;
  readonly work: StubWork;
  /** What the engine complained of: a test must not pass over it. */
  readonly defects: string[] = [];
  readonly #orchestrator: Orchestrator;
  readonly #worker: Worker;
  readonly #workspace: StubWorkspace;
  readonly #tickets: Ticket[] = [];
  readonly #membership;
  readonly #options: StageOptions;
  readonly #real = new RealWork();
  #hasRead = false;

  constructor(options: StageOptions) {
    this.#options = options;
    const { startMs, stubs, executors, plans } = options;
    const clock = new VirtualClock(startMs);
    this.clock = clock;
    this.work = new StubWork({ stubs, main: plans[0].name, clock, executors, real: this.#real });
    this.store = this.#watch(
      createMemoryShardStore({ now: () => clock.now(), clock, shards: 1, random: () => 0.5 }),
    );
    this.#membership = createMemoryMembership({ now: () => clock.now() });
    const index = createMemoryRunIndex();
    const logger = this.#listen();
    const shared = { store: this.store, queue: this.#queue(), membership: this.#membership, clock, logger };
    this.client = createClient({ store: this.store, index, shards: 1, clock, random: countingBytes() });
    this.#orchestrator = createOrchestrator({
      ...shared,
      id: 'test',
      shards: 1,
      index,
      actions: engineActions(executors),
    });
    const artifacts = createMemoryArtifactStore({ maxBytes: 512 * 1024 * 1024 });
    this.#workspace = new StubWorkspace({
      artifacts,
      isReal: (ticket) => mayExecute(stubs, ticket, plans[0].name),
      real: this.#real,
      contentOf: ({ run, task, index }) => this.work.artifactsOf(run, task, index),
    });
    this.#worker = createWorker({
      ...shared,
      artifacts,
      logs: createMemoryLogStore(),
      secrets: stubSecrets(options.secrets ?? {}),
      workspace: this.#workspace,
      executors: this.work.executors(plans.flatMap(({ tasks }) => tasks.map(({ action }) => action.uses))),
      session: 'test-worker',
      name: 'test-worker',
      queues: {},
      graceMs: 1_000,
    });
  }

  async open(): Promise<void> {
    const tasks = this.#options.plans.flatMap((plan) => plan.tasks);
    for (const [number, labels] of labelSets(tasks).entries()) {
      const name = number === 0 ? 'test-worker' : `test-worker-${number + 1}`;
      const worker = {
        session: name,
        name,
        queues: Object.fromEntries(tasks.map(({ queue }) => [queue, SLOTS])),
        labels,
        executors: this.#options.executors.map((one) => one.name),
        version: '0',
        startedAt: this.clock.now(),
      };
      await this.#membership.announceWorker(worker, FOR_EVER_MS);
    }
    await this.#orchestrator.keepLeases();
    await this.drain();
  }

  /** Does everything that can be done without time passing. */
  async drain(): Promise<void> {
    for (;;) {
      if (await this.#round()) continue;
      // Attempts learn by the heartbeat that they are to stop; nothing else is left to do now.
      this.#worker.beat();
      if (await this.#round()) continue;
      const real = this.#real.untilSomeEnds();
      if (real === undefined) return;
      await real;
    }
  }

  /** The next moment at which something is due, or undefined: then only an event from outside can change anything. */
  async nextAt(): Promise<number | undefined> {
    const { due, nextMs } = await this.store.dueTimers(SHARD, 1);
    const times = [due[0]?.[1], nextMs, this.clock.nextAt()].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.max(this.clock.now(), Math.min(...times));
  }

  async close(): Promise<void> {
    await this.#orchestrator.stop();
    await this.store.close();
    await this.#workspace.close();
  }

  /** One round of orchestrator and worker. Answers whether anything was there to do. */
  async #round(): Promise<boolean> {
    await settle();
    this.#hasRead = false;
    await this.#orchestrator.runOnce(0);
    const tickets = this.#tickets.splice(0);
    for (const ticket of tickets) void this.#deliver(ticket);
    return this.#hasRead || tickets.length > 0;
  }

  async #deliver(ticket: Ticket): Promise<void> {
    const verdict = await this.#worker.runOnce(ticket);
    if (verdict.kind !== 'later') return;
    await this.clock.sleep(verdict.afterMs);
    this.#tickets.push(ticket);
  }

  #queue(): TaskQueue {
    return {
      add: async (tickets) => {
        this.#tickets.push(...tickets);
        this.#tickets.sort((a, b) => a.priority - b.priority);
      },
      raise: async () => {},
      consume: () => ({ pause: async () => {}, resume: () => {}, close: async () => {} }),
      close: async () => {},
    };
  }

  /** The store, noting whether the orchestrator got anything to do. */
  #watch(store: ShardStore): ShardStore {
    return {
      ...store,
      read: async (...given) => {
        const batches = await store.read(...given);
        if (batches.length > 0) this.#hasRead = true;
        return batches;
      },
      dueTimers: async (...given) => {
        const answer = await store.dueTimers(...given);
        if (answer.due.length > 0) this.#hasRead = true;
        return answer;
      },
      // Nothing is lost here, so nobody needs to ask again every minute, and days need no thousand moments.
      commit: (lease, n, commit) => store.commit(lease, n, withoutQuestions(commit)),
    };
  }

  #listen(): Logger {
    const ignore = () => {};
    const note = (message: string, fields?: object) => {
      this.defects.push(fields === undefined ? message : `${message} ${JSON.stringify(fields)}`);
    };
    return { debug: ignore, info: ignore, warn: ignore, error: note };
  }
}

/** Secrets that a test does not name have values all the same: no test needs a real one. */
function stubSecrets(values: { readonly [name: string]: string }): SecretStore {
  return {
    read: async (_namespace, name) => (Object.hasOwn(values, name) ? values[name] : `secret-${name}`),
  };
}

function engineActions(executors: readonly Executor[]) {
  return new Map(
    executors.flatMap((one) =>
      one.place === 'engine'
        ? [[one.name, (...given: Parameters<typeof one.evaluate>) => one.evaluate(...given)] as const]
        : [],
    ),
  );
}

/** The same run ids in every test. */
function countingBytes(): () => Uint8Array {
  let count = 0;
  return () => {
    const bytes = Buffer.alloc(10);
    bytes.writeUInt32BE(count++, 6);
    return bytes;
  };
}

/** Resolves once every promise that can settle has. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One worker for each set of labels that some task asks for; the first has none when no task asks. */
function labelSets(tasks: readonly PlanTask[]): { readonly [name: string]: string }[] {
  const sets = new Map(tasks.map(({ workerLabels = {} }) => [canonicalJson(workerLabels), workerLabels]));
  if (sets.size > 1) sets.delete('{}');
  return [...sets.values()];
}

function withoutQuestions(commit: Commit): Commit {
  const set = commit.timers.set.filter(([key]) => {
    const timer = parseTimerKey(key);
    return timer.type !== 'actor_timer' || timer.name !== 'check';
  });
  return { ...commit, timers: { ...commit.timers, set } };
}
