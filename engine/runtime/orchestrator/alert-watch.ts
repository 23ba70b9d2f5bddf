/**
 * Looks at queues and workers for the alerts of the installation, every other second, as long as their shard is owned here; so there is one who
 * looks. What has changed goes to the inbox of that shard, and is decided there.
 */
import { NO_ACTOR } from '../../core/actor.ts';
import {
  observedMessage,
  type Patience,
  WATCH_ADDRESS,
  type WatchedQueue,
  Watcher,
} from '../../core/notification/watch.ts';
import { shardOf } from '../../core/run-id.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoadReport, Membership, WorkerInfo } from '../../ports/membership.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import type { OwnedShard } from '../shard/owned-shard.ts';

const LOOK_MS = 2_000;

export interface AlertWatchOptions {
  readonly membership: Pick<Membership, 'workers' | 'left' | 'loads'>;
  readonly store: Pick<ClientStore, 'send'>;
  readonly clock: Clock;
  readonly shards: number;
  readonly owners: () => readonly OwnedShard[];
  readonly patience?: Patience | undefined;
}

export class AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #shard: number;
  #watcher: Watcher | undefined;
  #dueAt: number;

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#shard = shardOf(WATCH_ADDRESS, options.shards);
    this.#dueAt = options.clock.now() + LOOK_MS;
  }

  /** To be called often: does something when a look is due. */
  async keep(): Promise<void> {
    const { clock, membership, store, owners, patience } = this.#options;
    const owner = owners().find(({ lease }) => lease.shard === this.#shard);
    if (owner === undefined) this.#watcher = undefined;
    if (owner === undefined || clock.now() < this.#dueAt) return;
    this.#dueAt = clock.now() + LOOK_MS;
    const [workers, left, loads] = await Promise.all([
      membership.workers(),
      membership.left(),
      membership.loads(),
    ]);
    this.#watcher ??= new Watcher(patience);
    const known = owner.state.actors.get(WATCH_ADDRESS) ?? NO_ACTOR;
    const sight = {
      now: owner.storeNow(),
      workers: namesOf(workers),
      left,
      queues: queuesOf(workers, loads),
    };
    const observed = this.#watcher.look(sight, known);
    if (observed !== undefined && !owner.isLost) await store.send([observedMessage(observed)]);
  }
}

function namesOf(workers: readonly WorkerInfo[]) {
  return Object.fromEntries(
    workers.map(({ session, name, queues }) => [session, { name, queues: Object.keys(queues) }]),
  );
}

function queuesOf(workers: readonly WorkerInfo[], loads: readonly LoadReport[]): WatchedQueue[] {
  const names = new Set(loads.flatMap(({ queues }) => Object.keys(queues)));
  return [...names].map((name) => {
    const serving = workers.filter(({ queues }) => Object.hasOwn(queues, name));
    const parts = loads.flatMap(({ queues }) => (Object.hasOwn(queues, name) ? (queues[name] ?? []) : []));
    const waits = parts.filter(({ waiting }) => waiting > 0).map(({ oldestAt }) => oldestAt);
    return {
      name,
      workers: serving.length,
      slots: serving.reduce((sum, { queues }) => sum + (queues[name] ?? 0), 0),
      waiting: parts.reduce((sum, { waiting }) => sum + waiting, 0),
      running: parts.reduce((sum, { running }) => sum + running, 0),
      oldestAt: Math.min(...waits, Number.MAX_SAFE_INTEGER),
    };
  });
}
