/**
 * A run's history as far as it was read, by node: what came since is added to it, so that whoever looks at a large run again and
 * again does not read all of it each time.
 */
import type { EventRecord } from '../../core/event.ts';
import type { NodeRecord } from '../../core/node-record.ts';

const NONE: readonly EventRecord[] = [];

export class RunPast {
  #seq = 0;
  #retriedAt: number | undefined;
  readonly #nodes = new Map<number, EventRecord[]>();
  /** Of nodes that tell how far they are: their last word. */
  readonly #reported = new Map<number, { readonly attempt: number | undefined; readonly fraction: number }>();

  constructor(events: readonly EventRecord[] = NONE) {
    this.add(events);
  }

  /** The last event that is in it; 0 for none. */
  get seq(): number {
    return this.#seq;
  }

  /** When the run was last taken up again after its end, ms since 1970. */
  get retriedAt(): number | undefined {
    return this.#retriedAt;
  }

  /** In the order of `seq`; those that are known already are passed over. */
  add(events: readonly EventRecord[]): void {
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      this.#seq = event.seq;
      if (event.type === 'run.retried') this.#retriedAt = event.at;
      if (event.node !== undefined) this.#addOf(event.node, event);
    }
  }

  /** The node's own events. */
  of(node: number): readonly EventRecord[] {
    return this.#nodes.get(node) ?? NONE;
  }

  /** Share that is done by what nodes say of their latest attempts, 0 to 1. */
  reported(records: readonly NodeRecord[]): Map<number, number> {
    const shares = new Map<number, number>();
    for (const [node, { attempt, fraction }] of this.#reported)
      if (records[node]?.attempt === attempt) shares.set(node, fraction);
    return shares;
  }

  #addOf(node: number, event: EventRecord): void {
    const known = this.#nodes.get(node);
    if (known) known.push(event);
    else this.#nodes.set(node, [event]);
    const fraction = event.type === 'node.progress' ? event.detail?.fraction : undefined;
    if (fraction !== undefined) this.#reported.set(node, { attempt: event.attempt, fraction });
  }
}
