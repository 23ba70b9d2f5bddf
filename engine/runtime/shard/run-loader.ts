/** Brings runs and plans from the store into a shard's memory. */
import { parseDocumentKey } from '../../core/actor.ts';
import { childHashes } from '../../core/child-plan.ts';
import { flightKey } from '../../core/flight.ts';
import type { Json } from '../../core/json.ts';
import type { StartMessage } from '../../core/message.ts';
import { isEnded, isRunEnded } from '../../core/node-state.ts';
import type { Plan } from '../../core/plan.ts';
import { newRunState, type RunState, restoreRunState } from '../../core/run-state.ts';
import { adoptRun, durationsOf, type ShardState } from '../../core/shard-state.ts';
import type { OwnerStore, StoredRun } from '../../ports/shard-store.ts';

/** Plans kept in memory by one shard's owner. */
const MAX_PLANS = 100;
const RUNS_AT_ONCE = 32;
const NO_RECORDS = new Uint8Array();
const NO_OUTPUTS: ReadonlyMap<number, string> = new Map();

export class RunLoader {
  readonly #store: OwnerStore;
  readonly #state: ShardState;
  readonly #shard: number;
  readonly #plans = new Map<string, Plan>();
  /** Runs that were read before the message came by which they begin: another had effect first, and they may have ended since. */
  readonly #early = new Set<string>();

  constructor(store: OwnerStore, state: ShardState, shard: number) {
    this.#store = store;
    this.#state = state;
    this.#shard = shard;
  }

  /** All runs that have not ended, with all flights of the shard. */
  async loadLive(): Promise<void> {
    const flights = new Map<string, string>();
    for (const [key, value] of await this.#store.readFlights(this.#shard))
      if (value !== null) flights.set(key, value);
    const live = await this.#store.liveRuns(this.#shard);
    for (let i = 0; i < live.length; i += RUNS_AT_ONCE) {
      await Promise.all(live.slice(i, i + RUNS_AT_ONCE).map((run) => this.#loadOne(run, flights)));
    }
  }

  /** All documents of the shard's actors. */
  async loadActors(): Promise<void> {
    const { actors } = this.#state;
    for (const [key, json] of await this.#store.loadActors(this.#shard)) {
      const { actor, field } = parseDocumentKey(key);
      const documents = actors.get(actor) ?? new Map<string, Json>();
      actors.set(actor, documents);
      documents.set(field, JSON.parse(json) as Json);
    }
  }

  /** Runs that begin with these messages, from what the messages say if that is still true. The others, and what they take over, are read. */
  async begin(starts: readonly StartMessage[]): Promise<void> {
    for (const { run, header } of starts) {
      if (header === undefined || header.reuse) continue;
      if (this.#early.has(run) || this.#state.runs.has(run)) continue;
      await this.#adopt({ header, records: NO_RECORDS, outputs: NO_OUTPUTS });
    }
    const runs = new Set(starts.map(({ run }) => run));
    await this.load(runs);
    for (const run of runs) this.#early.delete(run);
  }

  /** Those of the runs that are not in memory. A run that the store does not know is left out. */
  async load(runs: ReadonlySet<string>): Promise<void> {
    const missing = [...runs].filter((run) => !this.#state.runs.has(run));
    for (let i = 0; i < missing.length; i += RUNS_AT_ONCE) {
      await Promise.all(missing.slice(i, i + RUNS_AT_ONCE).map((run) => this.#loadOne(run)));
    }
  }

  /** Reads again how the flights of these runs stand. */
  async refreshFlights(runs: ReadonlySet<string>): Promise<void> {
    const { flights } = this.#state;
    const keys = [...flights].filter(([, flight]) => runs.has(flight.run)).map(([key]) => key);
    if (keys.length === 0) return;
    for (const [key, value] of await this.#store.readFlights(this.#shard, keys)) {
      const flight = flights.get(key);
      if (flight && value !== null) flight.value = value;
    }
  }

  async #loadOne(runId: string, flights?: ReadonlyMap<string, string>): Promise<void> {
    const stored = await this.#store.loadRun(runId);
    if (!stored) return;
    if (stored.header.nodes === 0) this.#early.add(runId);
    await this.#adopt(stored, flights);
  }

  async #adopt(stored: StoredRun, flights?: ReadonlyMap<string, string>): Promise<void> {
    const { header } = stored;
    const plan = await this.#plan(header.plan);
    if (!plan) throw new Error(`run ${header.id}: its plan ${header.plan} is not in the store`);
    const durations = durationsOf(this.#state, header.namespace, header.workflow);
    const isNew = header.nodes === 0;
    const run = isNew
      ? newRunState(header, plan, durations)
      : restoreRunState(header, plan, stored, durations);
    for (const hash of childHashes(header, plan)) {
      // One that is gone fails the node that needs it, not the run.
      const child = await this.#plan(hash);
      if (child) run.children.set(hash, child);
    }
    run.former = await this.#former(run);
    const known = flights ?? (isNew ? new Map<string, string>() : await this.#flightsOf(header.id, run));
    adoptRun(this.#state, run, known, header.createdAt);
  }

  /** The run that this one takes tasks over from, if there is still something to take over. One that is gone, or was taken up again, is done without. */
  async #former({ header, plan, nodes }: RunState): Promise<RunState | undefined> {
    const { reuse } = header;
    if (!reuse) return undefined;
    const reused = new Set(reuse.tasks);
    const isOpen = plan.tasks.some(({ id }, i) => reused.has(id) && !isEnded(nodes[i]?.state ?? 'pending'));
    const stored = isOpen ? await this.#store.loadRun(reuse.run) : undefined;
    const formerPlan = stored && (await this.#plan(stored.header.plan));
    if (!stored || !formerPlan || !isRunEnded(stored.header.status)) return undefined;
    if ((stored.header.retries ?? 0) + 1 !== reuse.attempt) return undefined;
    return restoreRunState(stored.header, formerPlan, stored, () => 0);
  }

  async #flightsOf(runId: string, run: RunState): Promise<ReadonlyMap<string, string>> {
    const keys = run.nodes.flatMap((record, index) => {
      const isOut = record.state === 'queued' || record.state === 'running';
      // A pending task may travel in a chain: its next attempt then has a flight already.
      const isAhead = record.state === 'pending' && index < run.plan.tasks.length;
      if (!isOut && !isAhead) return [];
      return [flightKey(runId, index, record.generation, record.attempt + (isAhead ? 1 : 0))];
    });
    const found = new Map<string, string>();
    for (const [key, value] of keys.length > 0 ? await this.#store.readFlights(this.#shard, keys) : []) {
      if (value !== null) found.set(key, value);
    }
    return found;
  }

  async #plan(hash: string): Promise<Plan | undefined> {
    const known = this.#plans.get(hash);
    if (known) return known;
    const plan = await this.#store.loadPlan(this.#shard, hash);
    if (plan) {
      this.#plans.set(hash, plan);
      const oldest = this.#plans.keys().next().value;
      if (this.#plans.size > MAX_PLANS && oldest !== undefined) this.#plans.delete(oldest);
    }
    return plan;
  }
}
