/**
 * Views of runs, kept while they hold: a page of the nodes of a large run must not read the whole run again. A view holds as
 * long as the run has no further events, which its header says at little cost. Histories are kept as far as they were read.
 */
import type { RunHeader } from '../engine/core/run-header.ts';
import type { Client } from '../engine/runtime/client/client.ts';
import { type RunHead, showHead } from '../engine/runtime/client/run-head.ts';
import { RunPast } from '../engine/runtime/client/run-past.ts';
import type { RunView } from '../engine/runtime/client/run-view.ts';

/** Nodes of all views that are kept. */
const MAX_NODES = 200_000;
/** Events of all histories that are kept. */
const MAX_EVENTS = 400_000;

interface Kept {
  readonly seq: number;
  readonly view: Promise<RunView>;
  nodes: number;
}

export class RunViews {
  /** The one used last stands last. */
  readonly #views = new Map<string, Kept>();
  /** What was read of histories: they only grow, so each look reads what has come since. The one used last stands last. */
  readonly #pasts = new Map<string, RunPast>();
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

  /** The run without its nodes, as it stands now. @throws SluiceError run_not_found */
  async head(header: Pick<RunHeader, 'id' | 'seq'>): Promise<RunHead> {
    return showHead(this.#client, header.id, await this.#pastOf(header));
  }

  #read(id: string, seq: number): Kept {
    const view = this.#pastOf({ id, seq }).then((past) => this.#client.show(id, past));
    const kept: Kept = { seq, view, nodes: 1 };
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

  /** Behind the header of a Redis that went back to an earlier state it would tell what never was: it is read anew. */
  async #pastOf({ id, seq }: Pick<RunHeader, 'id' | 'seq'>): Promise<RunPast> {
    let past = this.#pasts.get(id) ?? new RunPast();
    if (past.seq > seq && past.seq > (await this.#client.header(id)).seq) past = new RunPast();
    this.#pasts.delete(id);
    this.#pasts.set(id, past);
    this.#forgetPasts();
    return past;
  }

  #forgetPasts(): void {
    let events = 0;
    for (const past of this.#pasts.values()) events += 1 + past.seq;
    for (const [id, past] of this.#pasts) {
      if (events <= MAX_EVENTS || this.#pasts.size === 1) return;
      events -= 1 + past.seq;
      this.#pasts.delete(id);
    }
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
