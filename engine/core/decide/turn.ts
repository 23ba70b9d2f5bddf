/**
 * A turn: one batch of decisions on one shard. It changes the shard's memory and collects what must be stored.
 * The changes count only once the commit is stored; if that fails, the owner forgets its memory and reloads.
 */

import type { ActorState } from '../actor.ts';
import { countAwaiting } from '../awaiting.ts';
import { type Commit, MAX_COMMIT_BYTES, MAX_COMMIT_NODES, MAX_COMMIT_RUNS } from '../commit.ts';
import { DayCosts } from '../cost.ts';
import { detailLength, type EventDetail, type EventType } from '../event.ts';
import type { Json, JsonObject } from '../json.ts';
import { cutOutputs, keyOf, refOf, type StoredOutputs } from '../large-outputs.ts';
import {
  type Answer,
  type Asked,
  type AttemptName,
  actorTimerKey,
  type TimerKind,
  timerKey,
} from '../message.ts';
import { RECORD_BYTES } from '../node-record.ts';
import type { Post } from '../post.ts';
import type { NodeOutput } from '../run-header.ts';
import type { RunState } from '../run-state.ts';
import { actorOf, type ShardState } from '../shard-state.ts';
import type { Ticket } from '../ticket.ts';
import type { Decision, OutputsFile } from './decision.ts';
import type { NodePlace } from './node/node-place.ts';
import { cleanRun, type RunDirt, runChange } from './run-change.ts';
import { NO_FACTS, type ShardFacts } from './shard-facts.ts';
import { TurnDocuments } from './turn-documents.ts';

/** Changed nodes after which a turn only dispatches. */
const CROWDED_NODES = 0.75 * MAX_COMMIT_NODES;

export class Turn {
  readonly shard: ShardState;
  /** ms since 1970, the store's clock; never goes back within a shard. */
  now: number;
  readonly tickets: Ticket[] = [];
  /** Nodes that ended in this turn and whose downstream has not been told; empty when the turn finishes. */
  readonly ended: NodePlace[] = [];
  readonly #dirt = new Map<string, RunDirt>();
  readonly #flights = new Map<string, string | null>();
  readonly #timers = new Map<string, number | null>();
  readonly #expect = new Map<string, string | null>();
  readonly #changedRuns = new Set<RunState>();
  readonly #required = new Set<string>();
  readonly #documents: TurnDocuments;
  readonly #posts = new Map<string, readonly [post: Post, json: string]>();
  readonly #answers = new Map<string, string>();
  readonly #costs = new DayCosts();
  readonly facts: ShardFacts;
  /** Ends after one step: what a wider turn needs in memory is too much. */
  isNarrow = false;
  readonly #files = new Map<string, OutputsFile>();
  #nodes = 0;
  #bytes = 0;

  constructor(shard: ShardState, now: number, facts: ShardFacts = NO_FACTS) {
    this.shard = shard;
    this.#documents = new TurnDocuments(shard);
    this.now = now;
    this.facts = facts;
  }

  /** The commit has as much as it may take: go on in the next turn. One step changes at most two nodes. */
  get isFull(): boolean {
    return (
      (this.isNarrow && this.#nodes + this.#flights.size > 0) ||
      this.#nodes > MAX_COMMIT_NODES - 2 ||
      this.#flights.size >= MAX_COMMIT_NODES ||
      this.#dirt.size >= MAX_COMMIT_RUNS ||
      this.#documents.size + this.#posts.size >= MAX_COMMIT_NODES ||
      this.#bytes >= MAX_COMMIT_BYTES
    );
  }

  /** Conclusions stop here and leave the rest to dispatch, so that a large fan-out begins to work while it is created. */
  get isCrowded(): boolean {
    return this.isFull || this.#nodes >= CROWDED_NODES;
  }

  get isEmpty(): boolean {
    return (
      this.#dirt.size === 0 &&
      this.#flights.size === 0 &&
      this.#timers.size === 0 &&
      this.#documents.size === 0 &&
      this.#posts.size === 0 &&
      this.#answers.size === 0 &&
      this.shard.delivered.size === 0
    );
  }

  /** The run that decisions were last made for, should they throw. */
  runAtHand = '';

  /** Runs whose memory this turn has changed. */
  touchedRuns(): ReadonlySet<string> {
    const runs = new Set(this.#dirt.keys());
    for (const key of this.#flights.keys()) runs.add(key.slice(0, key.indexOf(':')));
    for (const { run } of this.ended) runs.add(run.header.id);
    return runs;
  }

  saveNode(run: RunState, node: number): void {
    const { records } = this.#of(run);
    if (records.has(node)) return;
    records.add(node);
    this.#nodes++;
    this.#bytes += RECORD_BYTES;
  }

  saveOutput(run: RunState, node: number, given: NodeOutput): void {
    const output = given.o && !given.l ? { ...given, ...this.keepOutputs(run, given.o) } : given;
    run.outputs.set(node, output);
    const json = JSON.stringify(output);
    this.#bytes += json.length;
    this.#of(run).outputs.set(node, json);
  }

  /** Outputs as they may be stored: those that are too large for the state are moved to a file. */
  keepOutputs(run: RunState, outputs: JsonObject): StoredOutputs {
    const cut = cutOutputs(outputs, this.shard.outputBounds.inlineBytes);
    if (cut === undefined) return { o: outputs };
    const ref = refOf(run.header.id, `outputs/${cut.sha256.slice(0, 32)}`, cut);
    this.#files.set(keyOf(ref), { run: ref.run, file: ref.file, text: cut.text });
    this.shard.large.set(keyOf(ref), { outputs, bytes: cut.bytes });
    this.#bytes += cut.bytes;
    return { o: cut.kept, l: ref };
  }

  saveHeader(run: RunState): void {
    this.#of(run).header = true;
  }

  /** The run's status changed: header, index and the set of live runs follow. */
  saveStatus(run: RunState, live: boolean): void {
    this.#of(run).live = live;
    this.#changedRuns.add(run);
    this.saveHeader(run);
  }

  event(
    run: RunState,
    type: EventType,
    about: { node?: number; attempt?: number; at?: number; detail?: EventDetail } = {},
  ): void {
    run.header.seq++;
    const { node, attempt, at, detail } = about;
    this.#of(run).events.push({
      seq: run.header.seq,
      type,
      ...(node === undefined ? {} : { node }),
      ...(attempt === undefined ? {} : { attempt }),
      at: at ?? this.now,
      ...(detail === undefined ? {} : { detail }),
    });
    this.#bytes += detail === undefined ? 20 : 20 + detailLength(detail);
    this.saveHeader(run);
  }

  /** Adds to the account of the run, and to that of its workflow's day. */
  charge(run: RunState, cost: number): void {
    run.header.cost = (run.header.cost ?? 0) + cost;
    if (cost > 0) this.#costs.add(run.header, this.now, cost);
    this.saveHeader(run);
  }

  setFlight(key: string, value: string): void {
    this.#flights.set(key, value);
  }

  removeFlight(key: string): void {
    this.#flights.set(key, null);
  }

  /** The commit is void unless the flight stands as seen: a decision that abandons work must not race its outcome. */
  expectFlight(key: string, seen: string): void {
    this.#expect.set(key, seen);
  }

  setTimer(kind: TimerKind, name: AttemptName, dueMs: number): void {
    this.#timers.set(timerKey(kind, name), dueMs);
  }

  removeTimer(kind: TimerKind, name: AttemptName): void {
    this.#timers.set(timerKey(kind, name), null);
  }

  /** An actor's documents as they stand. */
  actor(address: string): ActorState {
    return actorOf(this.shard, address);
  }

  /** Writes one document of an actor. */
  setDocument(address: string, field: string, value: Json): void {
    this.#bytes += this.#documents.set(address, field, value);
  }

  removeDocument(address: string, field: string): void {
    this.#documents.remove(address, field);
  }

  /** Takes back what this turn did to documents, since its commit is void. Runs are loaded again instead. */
  undoDocuments(): void {
    this.#documents.undo();
  }

  setActorTimer(address: string, name: string, dueMs: number): void {
    this.#timers.set(actorTimerKey(address, name), dueMs);
  }

  removeActorTimer(address: string, name: string): void {
    this.#timers.set(actorTimerKey(address, name), null);
  }

  /** Tells a run or an actor, or starts a run, on whatever shard: at least once, after the commit. */
  post(post: Post): void {
    const id = String(this.shard.nextPost++);
    const json = JSON.stringify(post);
    this.#posts.set(id, [post, json]);
    this.#bytes += json.length;
  }

  /** Answers a client that asked, once the commit is stored. */
  answer({ request }: Asked, answer: Answer): void {
    if (request !== undefined) this.#answers.set(request, JSON.stringify(answer));
  }

  /** The commit is void unless the store has the run: it may have gone back to before the run's start. */
  requireRun(run: RunState): void {
    this.#required.add(run.header.id);
  }

  /** `cursor`: id of the last inbox entry taken, or null. */
  finish(cursor: string | null): Decision {
    this.#noteAwaiting();
    const commit: Commit = {
      cursor,
      expect: [...this.#expect],
      ...(this.#required.size > 0 ? { requires: [...this.#required] } : {}),
      runs: [...this.#dirt.values()].map(runChange),
      flights: { set: present(this.#flights), remove: absent(this.#flights) },
      timers: { set: present(this.#timers), remove: absent(this.#timers) },
      ...this.#beyondRuns(),
    };
    return {
      commit,
      files: [...this.#files.values()],
      tickets: this.tickets,
      changedRuns: [...this.#changedRuns],
      posts: [...this.#posts].map(([id, [post]]) => [id, post] as const),
    };
  }

  /** Lists tell which runs wait for somebody. */
  #noteAwaiting(): void {
    for (const dirt of this.#dirt.values()) {
      if (!countAwaiting(dirt.run, dirt.records)) continue;
      dirt.header = true;
      this.#changedRuns.add(dirt.run);
    }
  }

  #beyondRuns(): Pick<Commit, 'documents' | 'outbox' | 'answers' | 'costs'> {
    const { delivered } = this.shard;
    const { changes } = this.#documents;
    const documents = { set: present(changes), remove: absent(changes) };
    const posts = [...this.#posts].map(([id, [, json]]): [string, string] => [id, json]);
    const costs = this.#costs.sums;
    return {
      ...(this.#documents.size > 0 ? { documents } : {}),
      ...(posts.length > 0 || delivered.size > 0 ? { outbox: { set: posts, remove: [...delivered] } } : {}),
      ...(this.#answers.size > 0 ? { answers: [...this.#answers] } : {}),
      ...(costs.length > 0 ? { costs } : {}),
    };
  }

  #of(run: RunState): RunDirt {
    let dirt = this.#dirt.get(run.header.id);
    if (!dirt) {
      dirt = cleanRun(run);
      this.#dirt.set(run.header.id, dirt);
    }
    return dirt;
  }
}

function present<T>(map: ReadonlyMap<string, T | null>): (readonly [string, T])[] {
  return [...map].filter((entry): entry is [string, T] => entry[1] !== null);
}

function absent(map: ReadonlyMap<string, unknown>): string[] {
  return [...map].filter(([, value]) => value === null).map(([key]) => key);
}
