/**
 * The owner of one shard: reads its inbox and timers, decides, stores, and only then dispatches.
 *
 * Everything on one shard happens one after another. On any doubt (fenced, diverged) the owner is dead and says so by
 * `isLost`; the orchestrator makes a new one, which starts from what is stored.
 */
import type { Commit } from '../../core/commit.ts';
import { type Decision, mayAbandon, unruledMessages } from '../../core/decide/index.ts';
import type { OutputsRef } from '../../core/large-outputs.ts';
import { parseTimerKey, runOf } from '../../core/message.ts';
import { isRunEnded } from '../../core/node-state.ts';
import { dropRun, flightAhead, newShardState, type ShardState } from '../../core/shard-state.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { InboxEntry, Lease } from '../../ports/shard-store.ts';
import { tellAwaiting, tellIndex } from './index-news.ts';
import { LargeOutputs } from './large-outputs.ts';
import type { CommitEnd, OwnedShard } from './owned-shard.ts';
import type { ShardOwnerOptions } from './owner-options.ts';
import { patrolFlights, recallClaims, remindersOf, ticketOf } from './patrol.ts';
import { PostOffice } from './post-office.ts';
import { RunLoader } from './run-loader.ts';
import { ShardClock } from './shard-clock.ts';
import { ShardTurns, type TimedMessage } from './shard-turns.ts';
import { tracedCommit, tracedTickets } from './traced-work.ts';
import { type Persistence, untilAnswered } from './until-answered.ts';

export class ShardOwner implements OwnedShard {
  readonly lease: Lease;
  readonly state: ShardState;
  /** Id of the last inbox entry that took effect. */
  cursor: string;
  /** Another has the shard, or the store is not where we thought: this owner must be thrown away. */
  isLost = false;
  /** Number of the last commit that the store is known to have. */
  n: number;
  readonly options: ShardOwnerOptions;
  readonly loader: RunLoader;
  readonly #posts: PostOffice;
  readonly #large: LargeOutputs;
  readonly #stopped = new AbortController();
  readonly #time: ShardClock;
  readonly #turns: ShardTurns;
  readonly #persistence: Persistence;
  #tail: Promise<void> = Promise.resolve();

  constructor(lease: Lease, options: ShardOwnerOptions) {
    this.lease = lease;
    this.options = options;
    this.cursor = lease.cursor;
    this.n = lease.n;
    const { store, clock, complaints, notifier, shards = 1 } = options;
    const from = Number(lease.cursor.split('-')[0]) || 0;
    this.#time = new ShardClock({ store, clock, shard: lease.shard, from });
    this.#persistence = { clock, complaints, signal: this.#stopped.signal };
    this.state = newShardState(lease.shard, options.actions, {
      outputBounds: options.outputs,
      durations: options.durations,
    });
    this.#large = new LargeOutputs(this.state, options.outputs);
    this.loader = new RunLoader(store, this.state, lease.shard);
    this.#turns = new ShardTurns({
      ...options,
      owner: this,
      loader: this.loader,
      time: this.#time,
      store: (decision) => this.#store(decision),
    });
    this.#posts = new PostOffice({
      store,
      complaints,
      notifier,
      state: this.state,
      shards,
      isOver: () => this.isLost || this.#stopped.signal.aborted,
    });
  }

  /**
   * Loads what lives on the shard and goes on with it. `wentBack`: the store is known to have gone back to an earlier state,
   * so a claim in it may be one whose worker has long finished and would never settle again.
   */
  takeOver(wentBack: boolean): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all([this.loader.loadLive(), this.loader.loadActors()]);
      tellAwaiting(this.options.index, this.state.runs.values());
      this.#posts.adopt(await this.options.store.loadOutbox(this.lease.shard));
      await this.#time.read();
      if (wentBack) await recallClaims(this);
      const unruled = unruledMessages(this.state.actors, this.options.facts?.alertsOf);
      await this.#work(unruled.map((message) => ({ ms: this.#time.now, message })));
      await this.#readd((flight) => flight.value.startsWith('s'));
      this.#posts.sendAll();
    });
  }

  /** Takes inbox entries, in order. */
  handle(entries: readonly InboxEntry[]): Promise<void> {
    return this.#inTurn(() => {
      // What was read twice took effect the first time: a run of which it says that it begins may have ended since.
      const fresh = entries.filter(({ id }) => isAfter(id, this.cursor));
      return this.#work(fresh.map(({ id, message }) => ({ id, ms: Number(id.split('-')[0]), message })));
    });
  }

  /** When the next timer is due by this process' clock, or undefined. */
  get nextTimerAt(): number | undefined {
    return this.#time.nextTimerAt;
  }

  /** Takes the timers that are due. */
  handleTimers(): Promise<void> {
    return this.#inTurn(async () => {
      const { keys, now, isPart, nextAt } = await this.#time.read();
      if (keys.length === 0) return;
      const dueAgainAt = this.#time.nextTimerAt;
      this.#time.nextTimerAt = isPart ? dueAgainAt : nextAt;
      try {
        await this.#work(keys.map((key) => ({ ms: now, message: parseTimerKey(key) })));
      } catch (thrown) {
        this.#time.nextTimerAt = dueAgainAt;
        throw thrown;
      }
    });
  }

  /** Compares with what the store has: less than it once confirmed means that it went back to an earlier state. */
  compare(confirmed: number, stored: number): void {
    if (stored >= confirmed) return;
    this.isLost = true;
    this.options.logger.warn(
      `shard ${this.lease.shard}: Redis went back to an earlier state (commit ${confirmed} was confirmed, ${stored} is stored); going on from there`,
    );
  }

  /** Looks after flights that nobody claimed and sessions that died; sends what room there is. */
  patrol(): Promise<void> {
    return this.#inTurn(async () => {
      const lost = await patrolFlights(this);
      this.#posts.sendAll();
      // What is decided now happens now, not at the time of the last message.
      const reminders = remindersOf(this.state, this.storeNow());
      if (lost.length + reminders.length > 0 || this.state.unfinished.size > 0) await this.#time.read();
      await this.#work([...lost, ...reminders].map((message) => ({ ms: this.#time.now, message })));
    });
  }

  /** Whether at most one more node travels behind this flight. */
  isNearEnd(flight: string): boolean {
    const { follower, run } = this.state.flights.get(flight) ?? {};
    const state = this.state.runs.get(run ?? '');
    if (follower === undefined || !state) return true;
    return flightAhead(this.state, state, follower)?.follower === undefined;
  }

  storeNow(): number {
    return this.#time.storeNow();
  }

  dispatch(tickets: readonly Ticket[]): void {
    if (tickets.length === 0) return;
    const { queue, clock, complaints, tracer } = this.options;
    const traced = tracer ? tracedTickets(tracer, this.state, tickets) : tickets;
    const from = clock.now();
    queue.add(traced).then(
      () => tracer?.dispatched({ tickets: traced, from, to: clock.now() }),
      (thrown: unknown) =>
        complaints.warn(`${tickets.length} tickets could not be added and will be added again`, thrown),
    );
  }

  raise(tickets: readonly Ticket[]): void {
    if (tickets.length === 0) return;
    this.options.queue.raise(tickets).catch((thrown: unknown) => {
      this.options.complaints.warn(`${tickets.length} tickets could not be raised and will be later`, thrown);
    });
  }

  /** Ends the owner; resolves when the work at hand is done. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#tail.catch(() => {});
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#tail.then(() => (this.isLost || this.#stopped.signal.aborted ? undefined : work()));
    this.#tail = next.catch(() => {});
    return next;
  }

  async #work(messages: readonly TimedMessage[]): Promise<void> {
    await this.#makeReady(messages);
    try {
      await this.#turns.take(messages);
    } catch (thrown) {
      // Memory may be ahead of the store: start over from what is stored.
      this.isLost = true;
      throw thrown;
    }
    for (const { message } of messages) {
      const run = this.state.runs.get(runOf(message) ?? '');
      if (run && isRunEnded(run.header.status)) dropRun(this.state, run.header.id);
    }
  }

  /** Brings the runs of the messages into memory, and looks at the flights of those that may abandon work. */
  async #makeReady(messages: readonly TimedMessage[]): Promise<void> {
    await this.loader.begin(messages.flatMap(({ message }) => (message.type === 'start' ? message : [])));
    await this.loader.load(new Set(messages.flatMap(({ message }) => runOf(message) ?? [])));
    const abandoning = messages
      .filter(({ message }) => mayAbandon(message))
      .flatMap(({ message }) => runOf(message) ?? []);
    if (abandoning.length > 0) await this.loader.refreshFlights(new Set(abandoning));
  }

  /** Stores a decision, repeating it until the answer is known; then does what waits for it. */
  async #store(decision: Decision): Promise<CommitEnd> {
    const delivered = [...this.state.delivered];
    for (const { run, file, text } of decision.files) {
      await this.#untilAnswered('large outputs were not stored and are stored again', async () =>
        this.options.outputs?.put(run, file, text),
      );
      if (this.isLost) return 'lost';
    }
    const { clock, tracer } = this.options;
    const from = clock.now();
    const reply = await this.commit(decision.commit);
    if (reply !== 'ok') return reply;
    tracer?.committed({
      ...tracedCommit(this.state, decision.commit),
      shard: this.lease.shard,
      n: this.n,
      from,
      to: clock.now(),
    });
    for (const id of delivered) this.state.delivered.delete(id);
    this.#large.settle();
    for (const [, due] of decision.commit.timers.set) this.#time.expect(due);
    this.dispatch(decision.tickets);
    this.#posts.send(decision.posts);
    for (const run of decision.changedRuns) {
      tellIndex(this.options.index, run);
      if (isRunEnded(run.header.status)) dropRun(this.state, run.header.id);
    }
    return 'ok';
  }

  async commit(commit: Commit): Promise<CommitEnd> {
    const { store, logger } = this.options;
    const reply = await this.#untilAnswered('a commit was not answered and is repeated', () =>
      store.commit(this.lease, this.n + 1, commit),
    );
    if (reply === undefined) return 'lost';
    if (reply.kind === 'conflict') return 'conflict';
    if (reply.kind !== 'ok') {
      this.isLost = true;
      logger.info(`shard ${this.lease.shard}: ${reply.kind}; reloading`);
      return 'lost';
    }
    this.n++;
    if (commit.cursor !== null) this.cursor = commit.cursor;
    return 'ok';
  }

  async loadOutputs(refs: readonly OutputsRef[], isNarrow: boolean): Promise<'ok' | 'too_much'> {
    let answer: 'ok' | 'too_much' = 'ok';
    const text = 'large outputs were not read and are read again';
    await this.#untilAnswered(text, async () => {
      answer = await this.#large.load(refs, isNarrow);
    });
    return answer;
  }

  /** Undefined when the owner was stopped before: it is lost then, since its memory may be ahead of the store. */
  async #untilAnswered<T>(complaint: string, call: () => Promise<T>): Promise<T | undefined> {
    const answered = await untilAnswered(this.#persistence, complaint, call);
    if (!answered) this.isLost = true;
    return answered?.answer;
  }

  async #readd(wanted: (flight: { value: string }) => boolean): Promise<void> {
    const tickets: Ticket[] = [];
    for (const [key, flight] of this.state.flights) {
      const ticket = wanted(flight) ? await ticketOf(this, key) : undefined;
      if (ticket) tickets.push(ticket);
    }
    this.dispatch(tickets);
  }
}

/** Whether the entry of this id comes behind that of the other. */
function isAfter(id: string, other: string): boolean {
  const [ms = 0, n = 0] = id.split('-').map(Number);
  const [otherMs = 0, otherN = 0] = other.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && n > otherN);
}
