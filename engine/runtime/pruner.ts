/**
 * The pruner role: removes ended runs that need not be kept. It goes through the list of runs, newest first, a page at a
 * time. Nothing of a live run is removed, nor a run that a live one refers to: by `rerun` with reuse, as its child, as what
 * triggered it, or through an artifact among its inputs; nor one that holds the files of a run that stays.
 */
import { SluiceError, type SluiceErrorCode } from '../core/errors.ts';
import { isRunEnded } from '../core/node-state.ts';
import type { PlanRetention } from '../core/plan.ts';
import { type EndedStatus, expiryOf, MIN_AGE_MS, mergeRetention } from '../core/retention.ts';
import type { RunHeader } from '../core/run-header.ts';
import { shardOf } from '../core/run-id.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { DefinitionStore } from '../ports/definition-store.ts';
import type { LogStore } from '../ports/log-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { RunIndex, RunSummary } from '../ports/run-index.ts';
import type { RunRemover } from '../ports/run-remover.ts';
import type { ClientStore, OwnerStore } from '../ports/shard-store.ts';
import { NeededRuns } from './needed-runs.ts';
import { isMyTurn, type Turn } from './turn.ts';

export interface PrunerOptions {
  readonly store: Pick<ClientStore, 'now' | 'readHeader' | 'loadPlan'> & Pick<OwnerStore, 'liveRuns'>;
  readonly index: Pick<RunIndex, 'list'>;
  readonly definitions: Pick<DefinitionStore, 'list'>;
  readonly remover: RunRemover;
  readonly artifacts: Pick<ArtifactStore, 'remove'>;
  /** Logs that are not part of a run's state. */
  readonly logs?: Pick<LogStore, 'remove'>;
  readonly shards: number;
  /** Bounds for runs whose workflow has none of its own. */
  readonly retention: PlanRetention;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Only finds out what would be removed. */
  readonly dryRun?: boolean;
  /** Of several orchestrators one prunes. Absent: this one does. */
  readonly turn?: Turn;
}

export interface Pruned {
  readonly run: RunSummary;
  readonly why: string;
}

const PAGE = 200;
const PAUSE_BETWEEN_PAGES_MS = 1_000;
const PAUSE_BETWEEN_PASSES_MS = 60_000;

/** One way through all runs. */
interface Pass {
  readonly needed: NeededRuns;
  readonly retention: ReadonlyMap<string, PlanRetention | undefined>;
  /** Ended runs seen so far, by workflow. */
  readonly seen: Map<string, number>;
  cursor: string | undefined;
}

interface Listed {
  readonly run: RunSummary;
  readonly header: RunHeader | undefined;
}

export class Pruner {
  readonly #options: PrunerOptions;
  readonly #plans = new Map<string, PlanRetention | undefined>();
  readonly #stopped = new AbortController();
  /** Removed runs whose files are still there. */
  readonly #owed = new Set<string>();
  #pass: Pass | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: PrunerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  /** One page. Answers what was removed, and whether the way through all runs is done. */
  async runOnce(): Promise<{ readonly pruned: readonly Pruned[]; readonly done: boolean }> {
    await this.#removeFiles();
    const pass = this.#pass ?? (await this.#begin());
    this.#pass = pass;
    const { index, store } = this.#options;
    const now = await store.now();
    const { runs, next } = await index.list({}, PAGE, pass.cursor);
    const pruned: Pruned[] = [];
    for (const run of runs) {
      const why = await this.#pruneOne(pass, run, now);
      if (why !== undefined) pruned.push({ run, why });
    }
    pass.cursor = next;
    if (next === undefined) this.#pass = undefined;
    return { pruned, done: next === undefined };
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopped;
    await clock.sleep(PAUSE_BETWEEN_PASSES_MS, signal);
    while (!signal.aborted) {
      let pause = PAUSE_BETWEEN_PASSES_MS;
      try {
        if (await isMyTurn(this.#options.turn)) {
          const { pruned, done } = await this.runOnce();
          if (pruned.length > 0) logger.info('removed ended runs', { runs: pruned.length });
          if (!done) pause = PAUSE_BETWEEN_PAGES_MS;
        }
      } catch (thrown) {
        this.#pass = undefined;
        logger.warn('pruning failed and is tried again', { reason: String(thrown) });
      }
      await clock.sleep(pause, signal);
    }
  }

  async #begin(): Promise<Pass> {
    const lines = await this.#options.definitions.list();
    return {
      needed: await NeededRuns.open(this.#options),
      retention: new Map(lines.map((line) => [`${line.namespace}/${line.name}`, line.retention])),
      seen: new Map(),
      cursor: undefined,
    };
  }

  /** Why it was removed; undefined when it stays. */
  async #pruneOne(pass: Pass, run: RunSummary, now: number): Promise<string | undefined> {
    const header = await this.#options.store.readHeader(run.id);
    const why = await this.#expiry(pass, { run, header }, now);
    const isKept = why === undefined || (header !== undefined && (await pass.needed.keep(header)));
    if (!isKept && (await this.#remove(run))) return why;
    if (header !== undefined) pass.needed.note(header);
    return undefined;
  }

  async #expiry(pass: Pass, { run, header }: Listed, now: number): Promise<string | undefined> {
    if (!isRunEnded(run.status) || run.finishedAt === undefined) return undefined;
    const workflow = `${run.namespace}/${run.workflow}`;
    const newer = pass.seen.get(workflow) ?? 0;
    pass.seen.set(workflow, newer + 1);
    if (!header)
      return now - run.finishedAt < MIN_AGE_MS ? undefined : 'what an earlier removal has left of it';
    const own = pass.retention.has(workflow) ? pass.retention.get(workflow) : await this.#ofPlan(header);
    const ended = { status: run.status as EndedStatus, finishedAt: run.finishedAt, newer };
    return expiryOf(ended, mergeRetention(own, this.#options.retention), now);
  }

  /** Of a workflow that was never applied: what the plan of the run says. */
  async #ofPlan({ id, plan: hash }: RunHeader): Promise<PlanRetention | undefined> {
    const { store, shards } = this.#options;
    if (!this.#plans.has(hash)) {
      if (this.#plans.size > 1_000) this.#plans.clear();
      const plan = await store.loadPlan(shardOf(id, shards), hash);
      this.#plans.set(hash, plan?.retention);
    }
    return this.#plans.get(hash);
  }

  async #remove({ id }: RunSummary): Promise<boolean> {
    const { remover, dryRun } = this.#options;
    if (dryRun) return true;
    if (!(await remover.remove(id))) return false;
    this.#owed.add(id);
    await this.#removeFiles();
    return true;
  }

  /** Of runs that are removed. Those whose place does not answer wait for it, and no more runs are removed meanwhile. */
  async #removeFiles(): Promise<void> {
    const { artifacts, logs } = this.#options;
    for (const run of this.#owed) {
      for (const place of [artifacts, ...(logs ? [logs] : [])]) await this.#removeFrom(place, run);
      this.#owed.delete(run);
    }
  }

  /** A bucket whose key may not delete has rules of its own for what is old: that is no reason to keep the other runs. */
  async #removeFrom(place: Pick<ArtifactStore | LogStore, 'remove'>, run: string): Promise<void> {
    try {
      await place.remove?.(run);
    } catch (thrown) {
      if (!(thrown instanceof SluiceError) || !REFUSED.has(thrown.code)) throw thrown;
      const reason = thrown.message;
      this.#options.logger.warn('what a removed run has left cannot be deleted', { run, reason });
    }
  }
}

const REFUSED: ReadonlySet<SluiceErrorCode> = new Set(['artifacts_refused', 'logs_refused']);

/** All the way through, once. @throws SluiceError as the stores do */
export async function pruneAll(options: PrunerOptions, onPruned: (pruned: Pruned) => void): Promise<void> {
  const pruner = new Pruner(options);
  for (let pages = 0; pages < 1_000_000; pages++) {
    const { pruned, done } = await pruner.runOnce();
    for (const one of pruned) onPruned(one);
    if (done) return;
  }
  throw new SluiceError('internal', 'The list of runs has no end.');
}
