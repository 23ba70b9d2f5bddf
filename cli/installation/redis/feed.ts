/** A run's history and logs as they come to stand in Redis. */
import type { EventRecord } from '../../../engine/core/event.ts';
import type { NodeRecord } from '../../../engine/core/node-record.ts';
import type { Plan } from '../../../engine/core/plan.ts';
import type { LogLine } from '../../../engine/ports/log-store.ts';
import { recordsOf, viewEvent } from '../../../engine/runtime/client/run-view.ts';
import type { Engine } from '../../compose/engine.ts';
import type { AttemptName, FollowedEvent, LogRead, RunFeed } from '../runs.ts';

/** State is read again for nodes that are not known yet, but not more often than this, ms. */
const RELOAD_MS = 100;

type Parts = Pick<Engine, 'client' | 'logs'>;

/** @throws SluiceError run_not_found */
export async function openFeed(parts: Parts, run: string): Promise<RunFeed> {
  const { stored, plan } = await parts.client.loadStates(run);
  return new RedisFeed(parts, { run, plan, records: recordsOf(stored, plan) });
}

interface Opened {
  readonly run: string;
  readonly plan: Plan;
  readonly records: readonly NodeRecord[];
}

class RedisFeed implements RunFeed {
  readonly plan: Plan;
  readonly logPauseMs: number;
  readonly #parts: Parts;
  readonly #run: string;
  #records: readonly NodeRecord[];
  #loadedAt = Number.NEGATIVE_INFINITY;
  /** Node → index of its record, of those that events have named. */
  readonly #indexes = new Map<string, number>();

  constructor(parts: Parts, { run, plan, records }: Opened) {
    this.#parts = parts;
    this.#run = run;
    this.plan = plan;
    // Lines wait for each other so long; a look costs as much as they do.
    this.logPauseMs = (parts.logs.batching?.everyMs ?? 0) / 2;
    this.#records = records;
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<FollowedEvent> {
    for await (const event of this.#parts.client.follow(this.#run, after, signal)) {
      await this.#knowNode(event);
      const view = viewEvent(event, this.plan, this.#records);
      const { node } = event;
      if (node !== undefined && view.node !== null) this.#indexes.set(view.node, node);
      yield { event, view, task: node === undefined ? undefined : this.#records[node]?.task };
    }
  }

  async readLog({ node, attempt }: AttemptName, { after, limit }: LogRead): Promise<readonly LogLine[]> {
    const index = this.#indexes.get(node);
    if (index === undefined) return [];
    return this.#parts.logs.read({ run: this.#run, node: index, attempt }, after, limit);
  }

  close(): void {}

  /** Events name nodes by number; which task a new node of a fan-out belongs to stands in the run's state. */
  async #knowNode({ node = -1 }: EventRecord): Promise<void> {
    if (node < this.#records.length) return;
    await pause(this.#loadedAt + RELOAD_MS - performance.now());
    const { stored } = await this.#parts.client.loadStates(this.#run);
    this.#records = recordsOf(stored, this.plan);
    this.#loadedAt = performance.now();
  }
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
