/**
 * The worker role: takes tickets from its queues, claims their flights, does the work, and settles. Flights are the authority:
 * a ticket is done only once the shard's store has answered for its outcome, which is kept through outages until then.
 *
 * It decides nothing about a run. All time passes through the Clock port, so that it runs in simulation as it stands.
 */
import type { InboxMessage } from '../core/message.ts';
import { parseQueueName, slotsFor } from '../core/queue-name.ts';
import type { Ticket } from '../core/ticket.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { CacheStore } from '../ports/cache-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executor } from '../ports/executor.ts';
import type { LogStore } from '../ports/log-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { Membership, WorkerInfo } from '../ports/membership.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { ClientStore, WorkerStore } from '../ports/shard-store.ts';
import type { TaskQueue, TicketConsumer } from '../ports/task-queue.ts';
import type { TicketVerdict } from '../ports/ticket-verdict.ts';
import type { AttemptTracer } from '../ports/tracer.ts';
import type { Workspace } from '../ports/workspace.ts';
import { AlarmLoop } from './alarm-loop.ts';
import { TicketWork } from './attempt/ticket-work.ts';
import type { AttemptTools } from './attempt/tools.ts';
import { UnstoredLogs } from './attempt/unstored-logs.ts';
import { CalmLogger } from './calm-logger.ts';
import { clockAhead } from './clock-ahead.ts';
import type { OutputStore } from './files/output-store.ts';
import { Heartbeat } from './heartbeat.ts';
import { SlotGate } from './slot-gate.ts';

const DONE: TicketVerdict = { kind: 'done' };
const ANNOUNCE_MS = 1_000;
const ANNOUNCE_TTL_MS = 5_000;
/** Announcements after which it looks at its clock again. */
const CLOCK_ROUNDS = 10;
/** What attempts get beyond the grace period, at a stop, to end by force and hand their claims back; then what logs get to be stored and all else to close. */
const STOP_RESERVE_MS = 4_000;

export interface WorkerOptions {
  readonly store: WorkerStore & Pick<ClientStore, 'send'> & Partial<Pick<ClientStore, 'readHeader' | 'now'>>;
  readonly queue: TaskQueue;
  readonly membership: Membership;
  readonly logs: LogStore;
  /** Where files of cached successes are. */
  readonly artifacts: ArtifactStore;
  /** Where outputs go that are too large for a run's state. Absent: all stay there, and are 1 MB at most. */
  readonly outputs?: OutputStore;
  readonly workspace: Workspace;
  /** Where values of secrets come from. Default: from nowhere; tasks that need one fail. */
  readonly secrets?: SecretStore;
  /** Successes that may be reused (`cache`). Default: none; everything is worked on. */
  readonly cache?: CacheStore;
  readonly executors: readonly Executor[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Follows attempts in traces. Absent: nobody does. */
  readonly tracer?: AttemptTracer | undefined;
  /** One process life of a worker. Unique: never used before, by anyone. */
  readonly session: string;
  /** `host:pid`, or the name that the operator gave. */
  readonly name: string;
  /** Queue → tickets at once. */
  readonly queues: { readonly [queue: string]: number };
  readonly labels?: { readonly [name: string]: string };
  readonly version?: string;
  /** Between asking an executor to end its work and force, ms. Default 10,000. */
  readonly graceMs?: number;
  /** Pause before a call that failed is repeated, ms; it doubles up to `maxRetryPauseMs`. Defaults 50 and 1,000. */
  readonly firstRetryPauseMs?: number;
  readonly maxRetryPauseMs?: number;
}

export interface Worker {
  /** Announces the worker and begins to take tickets. Does not wait for the store. */
  start(): Promise<void>;
  /**
   * Takes no more tickets and waits up to `timeoutMs` for the work at hand; then stops it, and hands the claims back, so that
   * other workers do it again at once. Takes at most `timeoutMs` + grace + 8 s, also without a store.
   */
  stop(timeoutMs: number): Promise<void>;
  /** Works on one ticket, from the claim to the accepted outcome. Never rejects. */
  runOnce(ticket: Ticket): Promise<TicketVerdict>;
  /** One round of the heartbeat: says that the session lives, and soon stops the attempts that their shards want stopped. */
  beat(): void;
  /** Tickets at hand. */
  active(): number;
}

export function createWorker(options: WorkerOptions): Worker {
  return new QueueWorker(options);
}

class QueueWorker implements Worker {
  readonly #options: WorkerOptions;
  readonly #graceMs: number;
  readonly #alarms: AlarmLoop;
  readonly #complaints: CalmLogger;
  readonly #unstored: UnstoredLogs;
  readonly #heartbeat: Heartbeat;
  readonly #work: TicketWork;
  readonly #loopsEnd = new AbortController();
  readonly #giveUp = new AbortController();
  readonly #consumers: TicketConsumer[] = [];
  readonly #served = new Set<string>();
  /** By the queue that the worker was told to serve; queues of labels share its slots. */
  readonly #gates = new Map<string, SlotGate>();
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#alarms = new AlarmLoop(options.clock);
    this.#complaints = new CalmLogger(options.clock, options.logger);
    this.#unstored = new UnstoredLogs(options.logger);
    const { store, session, clock } = options;
    const onFailure = (error: unknown) => this.#complain(error);
    const tools: AttemptTools = {
      executors: new Map(options.executors.map((executor) => [executor.name, executor])),
      workspace: options.workspace,
      logs: options.logs,
      unstored: this.#unstored,
      secrets: options.secrets,
      outputs: options.outputs,
      reuse: options.cache && {
        cache: options.cache,
        artifacts: options.artifacts,
        outputs: options.outputs,
        clock: options.clock,
      },
      clock: options.clock,
      logger: options.logger,
      alarms: this.#alarms,
      graceMs: options.graceMs ?? 10_000,
      worker: options.name,
      tell: (messages) => this.#tell(messages),
      onOutage: (error) => this.#complain(error),
      giveUp: this.#giveUp.signal,
      tracer: options.tracer,
    };
    this.#graceMs = tools.graceMs;
    this.#work = new TicketWork({ ...options, tools });
    this.#heartbeat = new Heartbeat({ store, session, clock, held: this.#work.held, onFailure });
  }

  async start(): Promise<void> {
    const { queues } = this.#options;
    void this.#heartbeat.run(this.#loopsEnd.signal);
    void this.#keepAnnounced();
    for (const [name, slots] of Object.entries(queues)) {
      this.#gates.set(name, new SlotGate(slots));
      this.#serve(name, slots);
    }
  }

  #serve(name: string, slots: number): void {
    const gate = this.#gates.get(parseQueueName(name).queue);
    if (!gate || this.#served.has(name) || this.#isStopping) return;
    this.#served.add(name);
    const take = (tickets: readonly Ticket[]) => gate.through(() => this.#work.takeAll(tickets));
    this.#consumers.push(this.#options.queue.consume(name, slots, take));
  }

  /** Queues of label sets that this worker satisfies, and its own, once there is something in them. */
  async #serveAnnounced(): Promise<void> {
    const { membership, session, queues, labels = {} } = this.#options;
    for (const name of await membership.announcedQueues()) {
      const slots = slotsFor({ session, queues, labels }, name);
      if (slots > 0) this.#serve(name, slots);
    }
  }

  stop(timeoutMs: number): Promise<void> {
    this.#stopped ??= this.#stop(timeoutMs);
    return this.#stopped;
  }

  beat(): void {
    this.#heartbeat.beatAll();
  }

  active(): number {
    return this.#work.atHand;
  }

  async runOnce(ticket: Ticket): Promise<TicketVerdict> {
    const [verdict = DONE] = await this.#work.takeAll([ticket]);
    return verdict;
  }

  async #tell(messages: readonly InboxMessage[]): Promise<boolean> {
    try {
      await this.#options.store.send(messages);
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  #complain(error: unknown): void {
    this.#complaints.warn('a call failed; what can be repeated is repeated until it is answered', error);
  }

  async #keepAnnounced(): Promise<void> {
    const { membership, clock } = this.#options;
    const info = this.#describe();
    let ahead: Pick<WorkerInfo, 'clockAheadMs'> = {};
    for (let round = 0; !this.#loopsEnd.signal.aborted; round++) {
      // Nobody waits for it.
      if (round % CLOCK_ROUNDS === 0)
        void this.#clockAhead().then((told) => {
          ahead = told;
        });
      await membership
        .announceWorker({ ...info, ...ahead }, ANNOUNCE_TTL_MS)
        .catch((error) => this.#complain(error));
      await this.#serveAnnounced().catch((error) => this.#complain(error));
      await clock.sleep(ANNOUNCE_MS, this.#loopsEnd.signal);
    }
  }

  async #clockAhead(): Promise<Pick<WorkerInfo, 'clockAheadMs'>> {
    const { clock, store } = this.#options;
    const clockAheadMs = await clockAhead(clock, store).catch((error) => this.#complain(error));
    return typeof clockAheadMs === 'number' ? { clockAheadMs } : {};
  }

  #describe(): WorkerInfo {
    const { session, name, queues, labels, version, executors, clock } = this.#options;
    return {
      session,
      name,
      queues,
      labels: labels ?? {},
      bundles: true,
      chains: true,
      executors: executors.flatMap(announcedNames),
      version: version ?? '0',
      startedAt: clock.now(),
    };
  }

  async #stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    this.#work.stopTaking();
    for (const gate of this.#gates.values()) gate.open();
    const pausing = Promise.allSettled(this.#consumers.map((consumer) => consumer.pause()));
    await this.#work.waitUntilIdle(timeoutMs);
    // What is handed back is then not offered to this worker again.
    await this.#within(STOP_RESERVE_MS, pausing);
    this.#work.shutDown();
    await this.#work.waitUntilIdle(this.#graceMs + STOP_RESERVE_MS);
    this.#giveUp.abort();
    this.#loopsEnd.abort();
    await this.#within(STOP_RESERVE_MS, Promise.all([this.#leave(pausing), this.#unstored.empty()]));
    this.#unstored.close();
    this.#alarms.close();
  }

  async #leave(pausing: Promise<unknown>): Promise<void> {
    const { membership, session, executors } = this.#options;
    await pausing;
    await Promise.allSettled([
      ...this.#consumers.map((consumer) => consumer.close(STOP_RESERVE_MS)),
      ...executors.map((executor) => (executor.place === 'worker' ? executor.close?.() : undefined)),
      membership.leave(session),
    ]);
  }

  async #within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
    const finished = new AbortController();
    void work.finally(() => finished.abort());
    await this.#options.clock.sleep(timeoutMs, finished.signal);
  }
}

function announcedNames(executor: Executor): string[] {
  if (executor.place !== 'worker') return [];
  return [executor.name, ...(executor.offers ?? []).map((offer) => `${executor.name}:${offer}`)];
}
