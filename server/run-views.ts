/**
 * Views of runs, kept while they hold: a page of the nodes of a large run must not read the whole run again. A view holds as
 * long as the run has no further events, which its header says at little cost.
 */
import type { RunHeader } from '../engine/core/run-header.ts';
import type { Client } from '../engine/runtime/client/client.ts';
import type { RunView } from '../engine/runtime/client/run-view.ts';

/** Nodes of all views that are kept. */
const MAX_NODES = 200_000;

interface Kept {
  readonly seq: number;
  readonly view: Promise<RunView>;
  nodes: number;
}

export class RunViews {
  /** The one used last stands last. */
  readonly #views = new Map<string, Kept>();
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The view as of the header, or a newer one. @throws SluiceError run_not_found */
  get({ id, seq }: Pick<RunHeader, 'id' | 'seq'>): Promise<RunView> {
    const known = this.#views.get(id);
    this.#views.delete(id);
    const kept = known && known.seq >= seq ? known : this.#read(id, seq);
    this.#views.set(id, kept);
    return kept.view;
  }

  #read(id: string, seq: number): Kept {
    const kept: Kept = { seq, view: this.#client.show(id), nodes: 1 };
    kept.view.then(
      ({ nodes }) => {
        kept.nodes += nodes.length;
        this.#shrink();
      },
      () => {
        if (this.#views.get(id) === kept) this.#views.delete(id);
      },
    );
    return kept;
  }

  #shrink(): void {
    let nodes = 0;
    for (const kept of this.#views.values()) nodes += kept.nodes;
    for (const [id, kept] of this.#views) {
      if (nodes <= MAX_NODES || this.#views.size === 1) return;
      nodes -= kept.nodes;
      this.#views.delete(id);
    }
  }
}
