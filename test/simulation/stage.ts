/** What every simulation begins with: a world, a store in it that is observed, faults, and processes that share them. */
import {
  createMemoryDefinitionStore,
  createMemoryMembership,
  createMemoryRunIndex,
  createMemoryShardStore,
  createMemoryTaskQueue,
  type MemoryShardStore,
} from '../../engine/memory/index.ts';
import type { DefinitionStore } from '../../engine/ports/definition-store.ts';
import type { Logger } from '../../engine/ports/logger.ts';
import { Cluster } from './cluster.ts';
import { FaultPlan } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Observer } from './observer.ts';
import { Random } from './random.ts';
import type { Shared } from './wire.ts';
import { World } from './world.ts';

/** Told of all calls, faults and log lines, with the virtual time since the start, ms. */
export type OnNote = (what: string, ms: number) => void;

/** Before any process lives. */
export interface Ground {
  readonly seed: number;
  readonly random: Random;
  readonly world: World;
  readonly shards: number;
  /** Below the faults and the observer. */
  readonly memory: MemoryShardStore;
  readonly observer: Observer;
}

export function layGround(seed: number, onNote?: OnNote): Ground {
  const random = new Random(seed);
  const world = new World(random);
  world.onNote = onNote;
  const shards = random.int(1, 3);
  const memory = createMemoryShardStore({
    now: () => world.now,
    clock: world.clock,
    shards,
    random: () => random.next(),
  });
  return { seed, random, world, shards, memory, observer: new Observer(world, memory) };
}

export interface StageOptions {
  readonly logger: Logger;
  /** Workflows can be applied. */
  readonly definitions?: DefinitionStore;
}

export interface Stage extends Ground {
  readonly shared: Shared;
  readonly faults: FaultPlan;
  readonly ledger: Ledger;
  readonly cluster: Cluster;
}

/** Faults count from now. The cluster is not started. */
export function buildStage(ground: Ground, { logger, definitions }: StageOptions): Stage {
  const { seed, world, shards, observer } = ground;
  const faults = new FaultPlan(world, seed);
  const shared: Shared = {
    world,
    faults,
    store: observer.store,
    queue: createMemoryTaskQueue({ clock: world.clock }),
    membership: createMemoryMembership({ now: () => world.now }),
    index: createMemoryRunIndex(),
    ...(definitions ? { definitions } : {}),
  };
  const ledger = new Ledger();
  return {
    ...ground,
    shared,
    faults,
    ledger,
    cluster: new Cluster(shared, { seed, shards, ledger, logger }),
  };
}

/** Below the faults: for what is applied before anything runs. */
export function newDefinitions(): DefinitionStore {
  return createMemoryDefinitionStore();
}
