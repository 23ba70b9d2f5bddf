/** Several runs on one shard with the limits that they share; what one tells another arrives at once. */
import { decide, settleTurn, Turn } from '../../../../engine/core/decide/index.ts';
import { flightKey, formatFlight } from '../../../../engine/core/flight.ts';
import { listEntries } from '../../../../engine/core/limit/book.ts';
import { type AttemptOutcome, type Message, parseTimerKey } from '../../../../engine/core/message.ts';
import type { Plan } from '../../../../engine/core/plan.ts';
import type { RunHeader } from '../../../../engine/core/run-header.ts';
import { newRunState, type RunState } from '../../../../engine/core/run-state.ts';
import { adoptRun, newShardState } from '../../../../engine/core/shard-state.ts';
import { aHeader, START_MS } from '../../../support/run-builder.ts';

export class RunRig {
  now = START_MS;
  readonly shard = newShardState(0, new Map());
  readonly runs = new Map<string, RunState>();
  readonly timers = new Map<string, number>();

  start(id: string, plan: Plan, change: Partial<RunHeader> = {}): this {
    const header = aHeader(plan, { id, createdAt: ++this.now, ...change });
    const run = newRunState(header, plan, () => 1_000);
    this.runs.set(id, run);
    adoptRun(this.shard, run, new Map(), this.now);
    return this.deliver({ type: 'start', run: id });
  }

  /** Takes messages, and then what they cause, until nothing more follows. */
  deliver(...messages: readonly Message[]): this {
    const waiting = [...messages];
    for (let message = waiting.shift(); message; message = waiting.shift()) {
      const turn = new Turn(this.shard, this.now);
      decide(turn, message);
      while (settleTurn(turn, () => Number.POSITIVE_INFINITY));
      const { commit, posts } = turn.finish(null);
      for (const [timer, due] of commit.timers.set) this.timers.set(timer, due);
      for (const timer of commit.timers.remove) this.timers.delete(timer);
      for (const [, post] of posts) if (post.kind === 'message') waiting.push(post.message);
    }
    return this;
  }

  /** Moves time on and takes each timer when it is due. */
  wait(ms: number): this {
    const until = this.now + ms;
    const next = () => [...this.timers].sort((a, b) => a[1] - b[1]).find(([, due]) => due <= until);
    for (let due = next(); due; due = next()) {
      this.now = Math.max(this.now, due[1]);
      this.timers.delete(due[0]);
      this.deliver(parseTimerKey(due[0]));
    }
    this.now = until;
    return this;
  }

  claim(id: string, task: string): this {
    const name = this.#nameOf(id, task);
    const flight = this.shard.flights.get(flightKey(id, name.node, name.generation, name.attempt));
    if (flight) flight.value = formatFlight({ state: 'c', delivery: 1, deaths: 0, session: 's' });
    return this.deliver({ type: 'started', ...name, delivery: 1, worker: 'w', at: this.now });
  }

  settle(id: string, task: string, outcome: AttemptOutcome = { status: 'succeeded', outputs: {} }): this {
    const name = this.#nameOf(id, task);
    return this.deliver({ type: 'settled', ...name, delivery: 1, worker: 'w', startedAt: this.now, outcome });
  }

  state(id: string, task: string): string {
    return this.#run(id).nodes[this.#taskOf(id, task)]?.state ?? 'unknown';
  }

  status(id: string): string {
    return this.#run(id).header.status;
  }

  header(id: string): RunHeader {
    return this.#run(id).header;
  }

  /** Who holds and who waits, as `run` or `run/task`. */
  limit(address: string): { holders: string[]; waiters: string[] } {
    const { holders, waiters } = listEntries(this.shard.actors.get(address) ?? new Map());
    const name = ({ run, label }: { run: string; label: string }) => (label === '' ? run : `${run}/${label}`);
    return { holders: holders.map(name), waiters: waiters.map(name) };
  }

  #run(id: string): RunState {
    const run = this.runs.get(id);
    if (!run) throw new Error(`there is no run ${id}`);
    return run;
  }

  #taskOf(id: string, task: string): number {
    return this.#run(id).plan.tasks.findIndex((one) => one.id === task);
  }

  #nameOf(id: string, task: string) {
    const node = this.#taskOf(id, task);
    const record = this.#run(id).nodes[node];
    return { run: id, node, generation: record?.generation ?? 0, attempt: record?.attempt ?? 0 };
  }
}
