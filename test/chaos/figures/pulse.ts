/** The pulse of each shard: one tiny run after the other, so that the ledger tells when a shard decided and dispatched, and when not. */
import { setTimeout as pause } from 'node:timers/promises';
import { isRunEnded } from '../../../engine/core/node-state.ts';
import { derivedRunId, shardOf } from '../../../engine/core/run-id.ts';
import type { Client } from '../../../engine/runtime/client/client.ts';
import { aTask } from '../a-history.ts';
import { readLedger } from '../ledger.ts';
import { planOf } from '../players.ts';
import type { World } from '../world.ts';

const LOOK_MS = 10;

export class Pulse {
  readonly #world: World;
  readonly #stop = new AbortController();
  readonly #client: Client;
  readonly #plan;
  readonly #shardOfRun = new Map<string, number>();
  #beats: readonly Promise<void>[] = [];
  #count = 0;

  /** `client` starts the runs. Default: past all links. */
  constructor(world: World, client: Client = world.looker) {
    this.#world = world;
    this.#client = client;
    const draft = { name: 'pulse', tasks: [aTask('beat', { workMs: 0 })] };
    this.#plan = planOf(draft, { ledger: world.ledger, limits: new Map() });
  }

  begin(): void {
    this.#beats = Array.from({ length: this.#world.shards }, (_, shard) => this.#beat(shard));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#beats);
  }

  /** When work began on each shard, ms since 1970, in order. */
  starts(): readonly (readonly number[])[] {
    const starts: number[][] = Array.from({ length: this.#world.shards }, () => []);
    for (const { what, run, at } of readLedger(this.#world.ledger)) {
      const shard = this.#shardOfRun.get(run);
      if (what === 'start' && shard !== undefined) starts[shard]?.push(at);
    }
    return starts.map((list) => list.sort((a, b) => a - b));
  }

  /** Resolves when each of the shards has begun work so often since then. */
  async since(at: number, shards: readonly number[], times: number): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const starts = this.starts();
      const isDone = shards.every((shard) => (starts[shard] ?? []).filter((one) => one > at).length >= times);
      if (isDone) return;
      if (Date.now() > deadline) throw new Error('a shard has no pulse');
      await pause(50);
    }
  }

  async #beat(shard: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#once(shard);
      } catch {
        // An outage is what is being measured.
        await pause(LOOK_MS);
      }
    }
  }

  async #once(shard: number): Promise<void> {
    const idempotencyKey = this.#keyFor(shard, this.#world.shards);
    const { run } = await this.#client.start(this.#plan, { idempotencyKey });
    this.#shardOfRun.set(run, shard);
    while (!this.#stop.signal.aborted && !isRunEnded((await this.#client.header(run)).status))
      await pause(LOOK_MS);
  }

  /** A key whose run lies on the shard. */
  #keyFor(shard: number, shards: number): string {
    for (;;) {
      const key = `pulse-${this.#count++}`;
      if (shardOf(derivedRunId(this.#plan.namespace, this.#plan.name, key), shards) === shard) return key;
    }
  }
}

/** Between two starts, from the last before that time on. */
export function longestGap(starts: readonly number[], from: number): number {
  const first = Math.max(
    0,
    starts.findLastIndex((at) => at <= from),
  );
  const gaps = starts.slice(first + 1).map((at, i) => at - (starts[first + i] ?? at));
  return Math.max(...gaps);
}
