/** Faults that come at a time of their own, rather than with a call. */
import type { Cluster } from './cluster.ts';
import type { Fault } from './faults.ts';
import type { Observer } from './observer.ts';
import type { Shared } from './wire.ts';

interface Scene {
  readonly shared: Shared;
  readonly cluster: Cluster;
  readonly observer: Observer;
  readonly shards: number;
}

/** Lets it happen. Answers how long its effect may last, ms. */
type Strike = (scene: Scene) => number;

function instant(strike: (scene: Scene) => void): Strike {
  return (scene) => {
    strike(scene);
    return 0;
  };
}

const TIMED = {
  worker_killed: instant(({ cluster }) => cluster.kill('worker')),
  orchestrator_killed: instant(({ cluster }) => cluster.kill('orchestrator')),
  worker_frozen: ({ cluster, shared }) => {
    const ms = shared.world.random.pick([800, 3_000, 7_000, 15_000, 60_000]);
    cluster.freeze('worker', ms);
    return ms;
  },
  orchestrator_frozen: ({ cluster, shared }) => {
    const ms = shared.world.random.pick([1_000, 2_500, 5_000, 20_000]);
    cluster.freeze('orchestrator', ms);
    return ms;
  },
  worker_stopped: instant(({ cluster }) => cluster.stop('worker')),
  orchestrator_stopped: instant(({ cluster }) => cluster.stop('orchestrator')),
  writes_refused: ({ shared }) => {
    const ms = shared.world.random.between(200, 3_000);
    shared.faults.refusingUntil = shared.world.now + ms;
    return ms;
  },
  store_away: ({ shared }) => {
    const ms = shared.world.random.between(200, 8_000);
    shared.faults.awayUntil = shared.world.now + ms;
    return ms;
  },
  lease_taken: instant(({ shared, observer, shards }) => {
    const shard = shared.world.random.int(0, shards - 1);
    const owner = observer.owners.get(shard);
    if (owner !== undefined) void observer.store.acquire(shard, owner, 1_500);
  }),
  store_goes_back: ({ shared, observer }) => {
    const back = observer.remember();
    const ms = shared.world.random.between(20, 3_000);
    shared.world.after(ms, back);
    return ms;
  },
} satisfies Partial<Record<Fault, Strike>>;

/** Plans the timed faults of a seed. Answers when the effect of the last one is over. */
export class Trouble {
  /** Virtual ms after which no fault has any effect. */
  overAt: number;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    const { world, faults } = scene.shared;
    this.overAt = faults.stopAt;
    for (const [name, strike] of Object.entries(TIMED)) {
      const fault = name as keyof typeof TIMED;
      if (!faults.has(fault)) continue;
      const times = fault === 'store_goes_back' ? 1 : world.random.int(1, 3);
      for (let i = 0; i < times; i++) {
        const at = world.now + world.random.between(100, faults.stopAt - world.now);
        world.at(at, () => this.#strike(fault, strike));
      }
    }
    world.at(faults.stopAt, () => {
      if (faults.happened.size === 0) this.#strike('orchestrator_killed', TIMED.orchestrator_killed);
    });
  }

  #strike(fault: Fault, strike: Strike): void {
    const { world, faults } = this.#scene.shared;
    faults.count(fault);
    const ms = strike(this.#scene);
    this.overAt = Math.max(this.overAt, world.now + ms + 1);
  }
}
