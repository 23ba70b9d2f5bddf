/**
 * Which runs must stay although they could be removed: all that live ones refer to, also through others, and whoever holds the
 * files of a run that stays: it may be taken up again, and what is started from it takes its files over.
 */
import type { RunHeader } from '../core/run-header.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunIndex, RunSummary } from '../ports/run-index.ts';
import type { ClientStore, OwnerStore } from '../ports/shard-store.ts';

export interface NeededRunsOptions {
  readonly store: Pick<ClientStore, 'readHeader'> & Pick<OwnerStore, 'liveRuns'>;
  readonly index: Pick<RunIndex, 'list'>;
  readonly shards: number;
  readonly clock: Clock;
}

const PAGE = 200;
/** What was seen is believed for so long: runs are started meanwhile. */
const FRESH_MS = 100;

export class NeededRuns {
  readonly #options: NeededRunsOptions;
  /** What runs refer to; it never changes. */
  readonly #named = new Map<string, readonly string[]>();
  readonly #holders = new Set<string>();
  #ofLive: ReadonlySet<string> = new Set();
  #newest: RunSummary | undefined;
  #seenAt = Number.NEGATIVE_INFINITY;

  private constructor(options: NeededRunsOptions) {
    this.#options = options;
  }

  /** To be had before the list of runs is gone through. */
  static async open(options: NeededRunsOptions): Promise<NeededRuns> {
    const needed = new NeededRuns(options);
    const { runs } = await options.index.list({}, 1);
    needed.#newest = runs[0];
    return needed;
  }

  has(run: string): boolean {
    return this.#ofLive.has(run) || this.#holders.has(run);
  }

  /** A child stays with its parent. */
  async keep({ id, parent }: Pick<RunHeader, 'id' | 'parent'>): Promise<boolean> {
    await this.#look();
    return this.has(id) || (parent !== undefined && this.#ofLive.has(parent.run));
  }

  /** The run stays. */
  note(header: RunHeader): void {
    for (const holder of holdersOf(header)) if (holder !== header.id) this.#holders.add(holder);
  }

  async #look(): Promise<void> {
    const { clock } = this.#options;
    if (clock.now() - this.#seenAt < FRESH_MS) return;
    const at = clock.now();
    await this.#lookAtNew();
    await this.#lookAtLive();
    this.#seenAt = at;
  }

  async #lookAtLive(): Promise<void> {
    const { store, shards } = this.#options;
    const found = new Set<string>();
    for (let shard = 0; shard < shards; shard++)
      for (const run of await store.liveRuns(shard)) found.add(run);
    for (const run of found) for (const other of await this.#namedBy(run)) found.add(other);
    this.#ofLive = found;
  }

  async #namedBy(run: string): Promise<readonly string[]> {
    const known = this.#named.get(run);
    if (known !== undefined) return known;
    const header = await this.#options.store.readHeader(run);
    if (header === undefined) return [];
    const named = namedRuns(header);
    this.#named.set(run, named);
    return named;
  }

  /** Those that came since the last look, which whoever goes through the list has passed: they may have ended already. */
  async #lookAtNew(): Promise<void> {
    const { index, store } = this.#options;
    const before = this.#newest;
    let cursor: string | undefined;
    for (let isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const { runs, next } = await index.list({}, PAGE, cursor);
      if (isFirst) this.#newest = runs[0];
      for (const run of runs) {
        if (run.createdAt < (before?.createdAt ?? 0)) return;
        const header = run.id === before?.id ? undefined : await store.readHeader(run.id);
        if (header !== undefined) this.note(header);
      }
      cursor = next;
    }
  }
}

/** Ids of runs in a header: its parent, what it reuses, whose files it uses, and artifacts among its inputs and its trigger's outputs. */
function namedRuns(header: RunHeader): string[] {
  const { parent, reuse, inputs, trigger } = header;
  const text = JSON.stringify({ inputs, trigger });
  const ids = [...text.matchAll(/"(?:run|run_id)":"([0-9A-HJKMNP-TV-Z]{26})"/g)].map(([, id]) => id ?? '');
  return [...ids, ...holdersOf(header), ...(parent ? [parent.run] : []), ...(reuse ? [reuse.run] : [])];
}

/** Under whose ids the files of a run and of its sub-workflows are kept: its own, that of the run it was made from, or of no run. */
function holdersOf({ source, sources = {} }: RunHeader): string[] {
  const all = source === undefined ? Object.values(sources) : [source, ...Object.values(sources)];
  return all.flatMap((one) => ('run' in one ? [one.run] : []));
}
