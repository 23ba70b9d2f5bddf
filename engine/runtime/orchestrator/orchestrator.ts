/**
 * The orchestrator role: holds its fair share of the shards (`held-shards.ts`), reads their inboxes and hands each shard's entries
 * to its owner (`inbox-round.ts`). Several orchestrators share the shards; a dead one's are taken as soon as their leases have run out.
 */

import { setMaxListeners } from 'node:events';
import type { ShardFacts } from '../../core/decide/index.ts';
import type { EngineActions } from '../../core/engine-outcome.ts';
import { LearnedDurations } from '../../core/learned-durations.ts';
import type { Patience } from '../../core/notification/watch.ts';
import { dispatchWindow } from '../../core/policy.ts';
import { loadOf, type ShardLoad } from '../../core/shard-load.ts';
import type { ShardState } from '../../core/shard-state.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DefinitionStore } from '../../ports/definition-store.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Membership } from '../../ports/membership.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import type { ClientStore, Lease, OwnerStore } from '../../ports/shard-store.ts';
import type { TaskQueue } from '../../ports/task-queue.ts';
import type { RunTracer } from '../../ports/tracer.ts';
import { CalmLogger } from '../calm-logger.ts';
import type { OutputStore } from '../files/output-store.ts';
import { Intake, type IntakeSettings } from '../shard/intake.ts';
import { ShardOwner } from '../shard/shard-owner.ts';
import { Subscriptions } from '../shard/subscriptions.ts';
import { AlertWatch } from './alert-watch.ts';
import { Errands } from './errands.ts';
import { HeldShards } from './held-shards.ts';
import { InboxRound } from './inbox-round.ts';
import { LoadReports } from './load-reports.ts';
import { countBusy, madeQueuesOf } from './queue-use.ts';
import { RunLines } from './run-lines.ts';
import { UsualTimes } from './usual-times.ts';
import { Workforce } from './workforce.ts';

export interface OrchestratorOptions {
  /** Unique for this process life. */
  readonly id: string;
  readonly shards: number;
  readonly store: OwnerStore &
    Pick<ClientStore, 'send' | 'start' | 'storePlan'> &
    Partial<Pick<ClientStore, 'now'>>;
  readonly queue: Pick<TaskQueue, 'add' | 'raise'>;
  readonly membership: Membership;
  readonly index: Pick<RunIndex, 'record' | 'teach'> & Partial<Pick<RunIndex, 'taught'>>;
  /** Who follows which workflow. Absent: nobody. */
  readonly definitions?: Pick<DefinitionStore, 'subscriptions'>;
  readonly actions: EngineActions;
  /** Where large outputs are kept. Absent: all stay in the state of their run. */
  readonly outputs?: OutputStore | undefined;
  /** Delivers notifications. Absent: each fails and waits for an orchestrator that has one. */
  readonly notifier?: Notifier | undefined;
  /** What the installation wants to be told of runs, beside what workflows say. */
  readonly alertsOf?: ShardFacts['alertsOf'];
  /** Looks at queues and workers for alerts, with this patience or the usual one. Absent: it does not. */
  readonly watch?: { readonly patience?: Patience | undefined };
  /** Follows commits, nodes and runs in traces. Absent: nobody does. */
  readonly tracer?: RunTracer | undefined;
  /** What is taken in from outside. Default: all that memory allows. */
  readonly intake?: IntakeSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Orchestrator {
  start(): Promise<void>;
  /** Hands its shards back and leaves. */
  stop(): Promise<void>;
  /** One round of the work loop: read, decide, store, dispatch. Waits up to `blockMs` when nothing is to do. */
  runOnce(blockMs?: number): Promise<void>;
  /** One round of the lease loop. */
  keepLeases(): Promise<void>;
  /** Shards owned now. */
  owned(): readonly number[];
  /** What lies on them. Goes through all their nodes. */
  load(): ShardLoad;
}

/** Others hear that a member is gone before its leases run out. */
const MEMBER_MS = 1_000;
const PATROL_MS = 1_000;
/** How long workers go on serving a queue of a label set that was not named again, ms. */
const QUEUE_MS = 60_000;
const MAX_BLOCK_MS = 1_000;
/** How long shards are waited for before it goes on with the others, ms. */
const PATIENCE_MS = 100;
const PAUSE_AFTER_ERROR_MS = 200;

export function createOrchestrator(options: OrchestratorOptions): Orchestrator {
  return new ShardKeeper(options);
}

class ShardKeeper implements Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #complaints: CalmLogger;
  /** What its shards have learned; a run's next run is on another shard. */
  readonly #durations = new LearnedDurations();
  readonly #stopped = new AbortController();
  readonly #held: HeldShards;
  readonly #round: InboxRound;
  readonly #reports: LoadReports;
  /** By shard. */
  readonly #patrols: Errands<number>;
  /** By what they do. */
  readonly #duties: Errands<string>;
  readonly #told: Errands<string>;
  readonly #subscriptions: Subscriptions;
  readonly #intake: Intake;
  readonly #lines: RunLines;
  readonly #usual: UsualTimes;
  readonly #watch: AlertWatch | undefined;
  /** Who else there is was heard of. */
  #live: readonly string[] = [];
  #workforce = new Workforce([]);
  #wake = new AbortController();
  #loops: Promise<void>[] = [];

  constructor(options: OrchestratorOptions) {
    const { store, clock, shards, intake = { maxRuns: 0 } } = options;
    this.#options = options;
    this.#complaints = new CalmLogger(clock, options.logger);
    // Each shard may wait for it.
    setMaxListeners(0, this.#stopped.signal);
    this.#patrols = this.#errands((shard) => `patrol of shard ${shard}`);
    this.#duties = this.#errands((duty) => duty);
    this.#told = this.#errands((what) => what);
    this.#lines = new RunLines(options.index, clock);
    this.#intake = new Intake(store, clock, { ...intake, shards });
    this.#subscriptions = new Subscriptions(options.definitions, clock);
    const onFailure = (what: string, thrown: unknown) => this.#warn(what, thrown);
    this.#held = new HeldShards({
      ...options,
      renewals: this.#errands((shard) => `renewal of shard ${shard}`),
      ownerOf: (lease) => this.#ownerOf(lease),
      onChange: () => this.#interrupt(),
      onFailure,
    });
    this.#usual = new UsualTimes(options.index, clock);
    this.#watch =
      options.watch && new AlertWatch({ ...options, ...options.watch, owners: () => this.#held.owners() });
    this.#reports = new LoadReports({ ...options, load: () => this.load() });
    this.#round = new InboxRound({
      store,
      clock,
      held: this.#held,
      work: this.#errands((shard) => `work on shard ${shard}`),
      wakeSignal: () => this.#wake.signal,
      stopSignal: this.#stopped.signal,
      onFailure,
    });
  }

  async start(): Promise<void> {
    await this.keepLeases();
    this.#loops = [
      this.#loop(
        'work',
        () => this.runOnce(),
        () => 0,
      ),
      this.#loop(
        'leases',
        () => this.keepLeases(),
        () => this.#held.untilNextLook(),
      ),
      this.#loop(
        'patrol',
        () => this.patrol(),
        () => PATROL_MS,
      ),
      this.#loop(
        'report',
        () =>
          this.#told.run([
            ['report of the load', () => this.#reports.keep()],
            ...(this.#watch ? [['look for alerts', async () => this.#watch?.keep()] as const] : []),
          ]),
        () => PATROL_MS,
      ),
    ];
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#held.close();
    this.#wake.abort();
    await Promise.all(this.#loops);
    const stopped = await this.#held.stop();
    await this.#lines.stop();
    await stopped.release();
    await this.#options.membership.leave(this.#options.id).catch(() => {});
  }

  load(): ShardLoad {
    return loadOf(this.#states());
  }

  #states(): ShardState[] {
    return this.#held.owners().map(({ state }) => state);
  }

  owned(): readonly number[] {
    return this.#held
      .owners()
      .map(({ lease }) => lease.shard)
      .sort((a, b) => a - b);
  }

  runOnce(blockMs = MAX_BLOCK_MS): Promise<void> {
    return this.#round.run(blockMs);
  }

  async keepLeases(): Promise<void> {
    await Promise.all([
      this.#duties.run([['look for other members', () => this.#lookAround()]]),
      this.#held.renew(),
    ]);
    if (this.#live.length === 0) return;
    await this.#duties.run([
      ['share of the shards', () => this.#held.takeShare(this.#live)],
      ['announcement of queues', () => this.#announceQueues()],
    ]);
    const leases = this.#held.owners().map(({ lease }) => lease);
    await this.#duties.run([['limit of what is taken in', () => this.#intake.keep(leases)]]);
  }

  async patrol(): Promise<void> {
    await this.#patrols.run(
      this.#held.owners().map((owner) => [owner.lease.shard, () => owner.patrol()] as const),
    );
  }

  async #lookAround(): Promise<void> {
    const { membership, id } = this.#options;
    await membership.announceOrchestrator(id, MEMBER_MS);
    // Before any shard is taken: what is decided there must know who wants to be told.
    await this.#subscriptions.refresh();
    const [live, workers] = await Promise.all([membership.orchestrators(), membership.workers()]);
    this.#live = live;
    this.#workforce = new Workforce(workers);
  }

  async #announceQueues(): Promise<void> {
    const names = madeQueuesOf(this.#states());
    if (names.length > 0) await this.#options.membership.announceQueues(names, QUEUE_MS);
  }

  #ownerOf(lease: Lease): ShardOwner {
    const { alertsOf, tracer } = this.#options;
    return new ShardOwner(lease, {
      ...this.#options,
      index: this.#lines,
      complaints: this.#complaints,
      durations: this.#durations,
      windowOf: (queue) => this.#windowOf(queue),
      mayBundle: (queue) => this.#workforce.mayBundle(queue),
      facts: {
        workersOf: (queue, labels) => this.#workforce.with(queue, labels),
        isLive: (session) => this.#workforce.isLive(session),
        subscribersOf: (namespace, workflow) => this.#subscriptions.of(namespace, workflow),
        largestWorker: (queue) => this.#workforce.largestWorker(queue),
        mayJoin: (queue) => this.#workforce.mayJoin(queue),
        ...(alertsOf ? { alertsOf } : {}),
        ...(tracer ? { traceOf: (...node) => tracer.contextOf(...node) } : {}),
        usualMs: (namespace, workflow) => this.#usual.of(namespace, workflow),
      },
    });
  }

  #windowOf(queue: string): number {
    const busy = countBusy(this.#states(), queue);
    return dispatchWindow(this.#workforce.slotsOf(queue), busy * Math.max(1, this.#live.length));
  }

  /** Ends the blocking read, since the set of shards to read has changed. */
  #interrupt(): void {
    this.#wake.abort();
    if (!this.#stopped.signal.aborted) this.#wake = new AbortController();
  }

  async #loop(name: string, work: () => Promise<void>, pauseOf: () => number): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stopped.signal.aborted) {
      try {
        const pauseMs = pauseOf();
        if (pauseMs > 0) await clock.sleep(pauseMs, this.#stopped.signal);
        if (!this.#stopped.signal.aborted) await work();
      } catch (thrown) {
        this.#warn(name, thrown);
        await clock.sleep(PAUSE_AFTER_ERROR_MS, this.#stopped.signal);
      }
    }
  }

  #errands<Name>(textOf: (name: Name) => string): Errands<Name> {
    return new Errands({
      clock: this.#options.clock,
      patienceMs: PATIENCE_MS,
      onFailure: (name, thrown) => this.#warn(textOf(name), thrown),
      onLateEnd: () => this.#interrupt(),
    });
  }

  #warn(what: string, thrown: unknown): void {
    this.#complaints.warn(`orchestrator ${this.#options.id}: ${what} failed and is tried again`, thrown);
  }
}
