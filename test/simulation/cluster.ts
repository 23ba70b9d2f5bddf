/** The roles of a simulation as processes: orchestrators, workers and one client, which die, freeze and come again. */
import type { EngineActions } from '../../engine/core/engine-outcome.ts';
import {
  createMemoryArtifactStore,
  createMemoryCacheStore,
  createMemoryLogStore,
} from '../../engine/memory/index.ts';
import { createMemoryWorkspace } from '../../engine/memory/workspace.ts';
import type { ArtifactStore } from '../../engine/ports/artifact-store.ts';
import type { CacheStore } from '../../engine/ports/cache-store.ts';
import type { Logger } from '../../engine/ports/logger.ts';
import { type Client, createClient } from '../../engine/runtime/client/client.ts';
import { createOutputStore, type OutputStore } from '../../engine/runtime/files/output-store.ts';
import { createOrchestrator, type Orchestrator } from '../../engine/runtime/orchestrator/orchestrator.ts';
import { createWorker, type Worker } from '../../engine/runtime/worker.ts';
import { approvalExecutor } from '../../executors/approval.ts';
import { failExecutor } from '../../executors/fail.ts';
import { noopExecutor } from '../../executors/noop.ts';
import { switchExecutor } from '../../executors/switch.ts';
import { transformExecutor } from '../../executors/transform.ts';
import { waitExecutor } from '../../executors/wait.ts';
import { rulesOf } from './features/alerts.ts';
import { labelsOfWorker } from './features/placement.ts';
import type { Ledger } from './ledger.ts';
import { Link } from './link.ts';
import { SimProcess } from './process.ts';
import { QUEUES } from './random-task.ts';
import { simExecutor } from './sim-executor.ts';
import { simNotifier } from './sim-notifier.ts';
import { portsOf, type Shared } from './wire.ts';

const ENGINE_EXECUTORS = [
  switchExecutor(),
  transformExecutor(),
  waitExecutor(),
  approvalExecutor(),
  failExecutor(),
  noopExecutor(),
];
const ACTIONS: EngineActions = new Map(
  ENGINE_EXECUTORS.flatMap((one) => (one.place === 'engine' ? [[one.name, one.evaluate]] : [])),
);

/** Outputs of more bytes leave the state of their run. */
const INLINE_BYTES = 300;

export interface ClusterOptions {
  readonly seed: number;
  readonly shards: number;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

type Role = 'orchestrator' | 'worker';

interface Place {
  readonly role: Role;
  readonly number: number;
  lives: number;
  process: SimProcess;
  running: Orchestrator | Worker | undefined;
}

export class Cluster {
  readonly client: Client;
  readonly clientProcess: SimProcess;
  readonly #shared: Shared;
  readonly #options: ClusterOptions;
  readonly #places: Place[] = [];
  /** What all workers have kept. It may forget, and nobody may notice. */
  readonly #cache: CacheStore;
  /** Files of large outputs; those of a history that was lost stay. */
  readonly #files = createMemoryArtifactStore();

  constructor(shared: Shared, options: ClusterOptions) {
    this.#shared = shared;
    this.#options = options;
    const { world } = shared;
    this.#cache = createMemoryCacheStore({ now: () => world.now });
    this.clientProcess = new SimProcess(world, 'client');
    const ports = portsOf(this.clientProcess, shared);
    this.client = createClient({
      store: ports.store,
      index: ports.index,
      shards: options.shards,
      clock: this.clientProcess.clock,
      random: () => world.random.bytes(10),
      outputs: this.#outputsOf(this.clientProcess),
    });
  }

  start(): void {
    const { random } = this.#shared.world;
    const orchestrators = random.int(1, 3);
    const workers = random.int(1, 4);
    for (let i = 0; i < orchestrators; i++) this.#add('orchestrator', i);
    for (let i = 0; i < workers; i++) this.#add('worker', i);
  }

  /** Kills one process of the role; another takes its place later. */
  kill(role: Role): void {
    this.#pick(role)?.process.kill();
  }

  freeze(role: Role, ms: number): void {
    this.#pick(role)?.process.freeze(ms);
  }

  /** Asks one process of the role to stop; another takes its place later. */
  stop(role: Role): void {
    const place = this.#pick(role);
    if (!place?.running) return;
    const { process, running } = place;
    place.running = undefined;
    const stopping = 'keepLeases' in running ? running.stop() : running.stop(500);
    void stopping.then(() => process.kill());
  }

  /** Ends everything for good. */
  end(): void {
    for (const { process } of this.#places) {
      process.onDeath.length = 0;
      process.kill();
    }
    this.clientProcess.kill();
  }

  #pick(role: Role): Place | undefined {
    const living = this.#places.filter(
      (place) => place.role === role && place.process.isAlive && place.running,
    );
    return living.length === 0 ? undefined : this.#shared.world.random.pick(living);
  }

  #add(role: Role, number: number): void {
    const { world } = this.#shared;
    const place: Place = { role, number, lives: 0, process: new SimProcess(world, ''), running: undefined };
    this.#places.push(place);
    this.#begin(place);
  }

  #begin(place: Place): void {
    const { world, faults } = this.#shared;
    const skewMs = faults.strikes('clock_wrong', 0.7) ? world.random.between(-30_000, 30_000) : 0;
    const owner = new SimProcess(world, `${place.role}-${place.number}.${place.lives++}`, skewMs);
    owner.onDeath.push(() => {
      place.running = undefined;
      world.after(world.random.between(200, 3_000), () => this.#begin(place));
    });
    place.process = owner;
    place.running =
      place.role === 'orchestrator' ? this.#orchestrator(owner) : this.#worker(owner, place.number);
    void place.running.start();
  }

  /** Outputs are large from a few hundred bytes on, and reach their store as all else reaches Redis. */
  #outputsOf(owner: SimProcess): OutputStore {
    const { world, faults } = this.#shared;
    const link = new Link(world, faults, owner);
    const near: ArtifactStore = {
      ...this.#files,
      put: (...args) => link.call('put outputs', () => this.#files.put(...args), { isWrite: true }),
      get: (...args) => link.call('get outputs', () => this.#files.get(...args)),
    };
    return createOutputStore({ near, inlineBytes: INLINE_BYTES });
  }

  #orchestrator(owner: SimProcess): Orchestrator {
    const { shards, logger } = this.#options;
    const ports = portsOf(owner, this.#shared);
    return createOrchestrator({
      id: owner.name,
      shards,
      ...ports,
      outputs: this.#outputsOf(owner),
      actions: ACTIONS,
      alertsOf: rulesOf,
      notifier: simNotifier(owner, this.#shared, this.#options.ledger),
      clock: owner.clock,
      logger,
    });
  }

  #worker(owner: SimProcess, number: number): Worker {
    const { seed, ledger, logger } = this.#options;
    const { world, faults } = this.#shared;
    const ports = portsOf(owner, this.#shared);
    const onKill = () => {
      faults.happened.set('worker_killed', (faults.happened.get('worker_killed') ?? 0) + 1);
      owner.kill();
    };
    const served = number === 0 ? QUEUES : world.random.sample(QUEUES, world.random.int(1, QUEUES.length));
    return createWorker({
      ...ports,
      logs: createMemoryLogStore(),
      artifacts: createMemoryArtifactStore(),
      outputs: this.#outputsOf(owner),
      workspace: createMemoryWorkspace(),
      cache: this.#cache,
      executors: [simExecutor({ world, seed, ledger, owner, onKill })],
      clock: owner.clock,
      logger,
      session: owner.name,
      name: owner.name,
      labels: labelsOfWorker(number),
      queues: Object.fromEntries(served.map((queue) => [queue, world.random.int(2, 6)])),
      graceMs: 2_000,
    });
  }
}
