import { expect, it } from 'vitest';
import type { Commit } from '../../../engine/core/commit.ts';
import type { Plan, PlanRetention } from '../../../engine/core/plan.ts';
import { MIN_AGE_MS } from '../../../engine/core/retention.ts';
import type { RunHeader } from '../../../engine/core/run-header.ts';
import { newRunId, shardOf } from '../../../engine/core/run-id.ts';
import {
  createManualClock,
  createMemoryArtifactStore,
  createMemoryDefinitionStore,
  createMemoryRunIndex,
  createMemoryRunRemover,
  createMemoryShardStore,
} from '../../../engine/memory/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';
import { pruneAll } from '../../../engine/runtime/pruner.ts';
import { Random } from '../../simulation/random.ts';
import { aHeader, aPlan } from '../../support/run-builder.ts';

const HISTORIES = 80;
const SHARDS = 2;
const HOUR = 3_600_000;
const ENDS = ['succeeded', 'failed', 'cancelled'] as const;

type Kept = RunHeader & { readonly refersTo: readonly string[] };

const BUNDLE = 'b'.repeat(64);

/** Runs of some hours that refer to each other, of which some live, are pruned under some policy while others are taken up. */
class History {
  readonly random: Random;
  readonly clock = createManualClock(Date.UTC(2026, 0, 1));
  readonly store = createMemoryShardStore({
    now: this.clock.now,
    clock: this.clock,
    shards: SHARDS,
    random: () => 0.5,
  });
  readonly index = createMemoryRunIndex();
  readonly artifacts = createMemoryArtifactStore();
  readonly runs: Kept[] = [];
  readonly takenUp = new Set<string>();
  /** While others were removed. */
  readonly begun = new Set<string>();
  readonly retention: PlanRetention;
  prunedAt = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.retention = this.#somePolicy();
  }

  #somePolicy(): PlanRetention {
    const { random } = this;
    const bounded = random.sample(ENDS, random.int(0, 3));
    const ageMs = Object.fromEntries(bounded.map((status) => [status, random.between(0, 12 * HOUR)]));
    return { ageMs, ...(random.chance(0.5) ? { count: random.int(0, 5) } : {}) };
  }

  async fill(): Promise<void> {
    for (let left = this.random.int(5, 30); left > 0; left--) {
      await this.clock.advance(this.random.int(1, HOUR));
      await this.#add();
    }
  }

  async #add(): Promise<void> {
    const { random } = this;
    const id = newRunId(this.clock.now(), random.bytes(10));
    const plan = aPlan(['a'], { name: random.pick(['x', 'y']) });
    const [one, two] = random.sample(this.runs, 2).map((run) => run.id);
    const named = random.chance(0.5) && one !== undefined ? [one, ...(two === undefined ? [] : [two])] : [];
    const [parent, file] = named;
    const [from] = random.chance(0.3) ? random.sample(this.runs, 1).map((run) => run.id) : [];
    const header = aHeader(plan, {
      id,
      createdAt: this.clock.now(),
      status: random.chance(0.25) ? 'running' : random.pick(ENDS),
      ...(parent === undefined ? {} : { parent: { run: parent, node: 0, generation: 1, attempt: 1 } }),
      ...(file === undefined ? {} : { inputs: { data: { artifact: 'a', run: file } } }),
      ...(from === undefined ? {} : { source: { bundle: BUNDLE, run: this.holderOf(from) } }),
    });
    await this.#start(header, plan, from === undefined ? named : [...named, this.holderOf(from)]);
  }

  /** Who holds the files that a run uses: what is started from it uses the same. */
  holderOf(run: string): string {
    const source = this.runs.find(({ id }) => id === run)?.source;
    return source !== undefined && 'run' in source ? source.run : run;
  }

  async #start(header: RunHeader, plan: Plan, refersTo: readonly string[]): Promise<void> {
    const { id } = header;
    const { createdAt: _, ...request } = { ...header, status: 'queued' as const };
    await this.store.start(request, plan);
    await this.artifacts.put(id, 'a', new Uint8Array(1));
    const isLive = header.status === 'running';
    const finishedAt = isLive ? undefined : this.clock.now();
    const progress = JSON.stringify({ status: header.status, finishedAt });
    await this.#commit(id, { header: progress, live: isLive });
    const ended = finishedAt === undefined ? header : { ...header, finishedAt };
    await this.index.record(ended);
    this.runs.push({ ...ended, refersTo });
  }

  async #commit(run: string, change: Partial<Commit['runs'][number]>): Promise<boolean> {
    const shard = shardOf(run, SHARDS);
    const lease = await this.store.acquire(shard, 'o', 60_000_000);
    if (!lease) throw new Error('the shard is taken');
    const none = { set: [], remove: [] };
    const runs = [{ run, records: [], outputs: [], ...change }];
    const commit = { cursor: null, expect: [], requires: [run], runs, flights: none, timers: none };
    return (await this.store.commit(lease, lease.n + 1, commit)).kind === 'ok';
  }

  async prune(): Promise<Set<string>> {
    await this.clock.advance(this.random.int(1, 3 * HOUR));
    this.prunedAt = this.clock.now();
    const remover = createMemoryRunRemover({ store: this.store, index: this.index });
    const removed = new Set<string>();
    const { store, index, artifacts, clock, retention } = this;
    const definitions = createMemoryDefinitionStore();
    const options = {
      store,
      index,
      artifacts,
      definitions,
      shards: SHARDS,
      retention,
      clock,
      logger: SILENT,
    };
    const remove = async (run: string) => {
      if (this.random.chance(0.2)) await this.#takeUp();
      if (this.random.chance(0.2)) await this.#rerun(run);
      return remover.remove(run);
    };
    await pruneAll({ ...options, remover: { remove } }, ({ run }) => removed.add(run.id));
    return removed;
  }

  /** As `sluice retry` does, at any moment. */
  async #takeUp(): Promise<void> {
    const { id } = this.random.pick(this.runs);
    if (await this.#commit(id, { header: '{"status":"queued"}', live: true })) this.takenUp.add(id);
  }

  /** As `sluice rerun` does of another one that is there, at any moment; it may have ended by the next removal. */
  async #rerun(removing: string): Promise<void> {
    const there = [];
    for (const run of this.runs)
      if (run.id !== removing && (await this.store.readHeader(run.id))) there.push(run);
    const [former] = this.random.sample(there, 1);
    if (former === undefined) return;
    await this.clock.advance(1_000);
    const id = newRunId(this.clock.now(), this.random.bytes(10));
    const plan = aPlan(['a'], { name: former.workflow });
    const holder = this.holderOf(former.id);
    const header = aHeader(plan, {
      id,
      createdAt: this.clock.now(),
      status: this.random.pick(['running', 'succeeded']),
      source: { bundle: BUNDLE, run: holder },
    });
    await this.#start(header, plan, [holder]);
    this.begun.add(id);
  }

  /** Live runs and all that they refer to, also through others, found without the pruner. */
  get needed(): Set<string> {
    const isLive = ({ id, status }: Kept) => status === 'running' || this.takenUp.has(id);
    const found = new Set(this.runs.filter(isLive).map(({ id }) => id));
    for (const id of found)
      for (const other of this.runs.find((run) => run.id === id)?.refersTo ?? []) found.add(other);
    return found;
  }

  isExpired(run: RunHeader): boolean {
    const age = this.prunedAt - (run.finishedAt ?? Number.POSITIVE_INFINITY);
    const { ageMs = {}, count } = this.retention;
    const status = ENDS.find((one) => one === run.status);
    if (status === undefined || age < MIN_AGE_MS) return false;
    const newer = this.runs.filter(
      (one) =>
        one.workflow === run.workflow &&
        one.finishedAt !== undefined &&
        one.createdAt > run.createdAt &&
        !this.begun.has(one.id),
    );
    const limit = ageMs[status];
    return (limit !== undefined && age >= limit) || (count !== undefined && newer.length >= count);
  }
}

it('removes nothing that a live run needs, and all else that has expired, while runs are taken up again', async () => {
  let removals = 0;
  let kept = 0;
  let lent = 0;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = new History(seed);
    await history.fill();
    const { needed } = history;
    const removed = await history.prune();
    const neededSince = history.needed;
    const lenders = new Set(
      history.runs.flatMap(({ id }) =>
        removed.has(id) || history.holderOf(id) === id ? [] : [history.holderOf(id)],
      ),
    );
    for (const run of history.runs) {
      const name = `seed ${seed}, ${run.status} run ${run.id}`;
      const isThere = (await history.store.readHeader(run.id)) !== undefined;
      const hasArtifact = (await history.artifacts.get(run.id, 'a')) !== undefined;
      const isListed = (await history.index.list({}, 100)).runs.some(({ id }) => id === run.id);
      const isTakenUp = history.takenUp.has(run.id);
      expect([isThere, hasArtifact, isListed], name).toEqual(Array(3).fill(!removed.has(run.id)));
      if (needed.has(run.id) || isTakenUp) expect(isThere, `${name} is needed`).toBe(true);
      if (!isThere) expect(history.isExpired(run), `${name} has not expired`).toBe(true);
      const isLent = lenders.has(run.id);
      if (isLent) expect(isThere, `${name} holds files of one that stays`).toBe(true);
      if (isLent && history.isExpired(run)) lent++;
      const isFree =
        !isLent &&
        !neededSince.has(run.id) &&
        !neededSince.has(run.parent?.run ?? '') &&
        !history.begun.has(run.id);
      if (isFree && history.isExpired(run)) expect(isThere, `${name} has expired`).toBe(false);
      if (needed.has(run.id) && history.isExpired(run)) kept++;
    }
    removals += removed.size;
  }
  expect(removals).toBeGreaterThan(HISTORIES);
  expect(kept).toBeGreaterThan(HISTORIES / 5);
  expect(lent).toBeGreaterThan(HISTORIES / 5);
});
