/**
 * An orchestrator of the model: the real `decide` with its ready queues, windows and learned durations on each of its shards, on
 * a core of its own. What a round costs in time is what was measured; what it decides is what the engine decides.
 */
import { decide, settleTurn, Turn } from '../../engine/core/decide/index.ts';
import { LearnedDurations } from '../../engine/core/learned-durations.ts';
import type { Message } from '../../engine/core/message.ts';
import { isRunEnded } from '../../engine/core/node-state.ts';
import type { Plan } from '../../engine/core/plan.ts';
import { dispatchWindow } from '../../engine/core/policy.ts';
import { newRunState } from '../../engine/core/run-state.ts';
import {
  adoptRun,
  dropRun,
  durationsOf,
  newShardState,
  type ShardState,
} from '../../engine/core/shard-state.ts';
import type { Ticket } from '../../engine/core/ticket.ts';
import { headerOf } from '../schedule/shape-plan.ts';
import { Server, type Timeline } from './timeline.ts';

/** What one round decided on one shard. */
export interface Round {
  readonly shard: number;
  readonly tickets: readonly Ticket[];
}

export interface SimOrchestratorOptions {
  readonly timeline: Timeline;
  readonly shards: readonly number[];
  readonly orchestrators: number;
  readonly slots: number;
  readonly commitMs: number;
  readonly nodeMs: number;
  /** What is left of its core by what it does besides, 0 to 1. */
  readonly share: number;
  readonly hopMs: number;
  /** Stores it and sends the tickets; answers when it is stored. */
  readonly store: (round: Round, at: number) => number;
  /** Runs that ended. */
  readonly onEnd: (run: string) => void;
}

const QUEUE = 'default';
/** All times of the engine are after this. */
export const BEGIN_MS = Date.UTC(2026, 0, 1);

export class SimOrchestrator {
  readonly core: Server;
  commits = 0;
  readonly #options: SimOrchestratorOptions;
  readonly #durations = new LearnedDurations();
  readonly #shards = new Map<number, ShardState>();
  #inboxes = new Map<number, Message[]>();
  #isAtWork = false;

  constructor(options: SimOrchestratorOptions) {
    this.#options = options;
    this.core = new Server(options.share);
    for (const shard of options.shards)
      this.#shards.set(shard, newShardState(shard, new Map(), { durations: this.#durations }));
  }

  begin(shard: number, run: string, plan: Plan): void {
    const state = this.#stateOf(shard);
    const header = headerOf(plan, run, this.#time);
    adoptRun(
      state,
      newRunState(header, plan, durationsOf(state, plan.namespace, plan.name)),
      new Map(),
      this.#time,
    );
    this.deliver(shard, { type: 'start', run });
  }

  /** The message is in the shard's inbox. */
  deliver(shard: number, message: Message): void {
    const inbox = this.#inboxes.get(shard);
    if (inbox) inbox.push(message);
    else this.#inboxes.set(shard, [message]);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    const { timeline, hopMs } = this.#options;
    timeline.at(timeline.now + hopMs, () => this.#round());
  }

  /** When the node became ready, by the time of its shard. */
  queuedAt({ shard, run, node }: Ticket): number | undefined {
    return this.#stateOf(shard).runs.get(run)?.nodes[node]?.queuedAt;
  }

  /** Nodes that wait in the shards for room in the queue. */
  get ready(): number {
    return [...this.#shards.values()].reduce((sum, { ready }) => sum + (ready.get(QUEUE)?.size ?? 0), 0);
  }

  get sent(): number {
    return [...this.#shards.values()].reduce((sum, { flights }) => sum + flights.size, 0);
  }

  /** Takes all that has come, as one read of all inboxes does. */
  #round(): void {
    const { timeline, commitMs, nodeMs, store } = this.#options;
    const news = this.#inboxes;
    this.#inboxes = new Map();
    let stored = timeline.now;
    for (const [shard, messages] of news)
      for (const tickets of this.#decide(shard, messages)) {
        const decided = this.core.take(timeline.now, commitMs + nodeMs * tickets.length);
        this.commits++;
        stored = Math.max(stored, store({ shard, tickets }, decided));
      }
    timeline.at(stored, () => {
      if (this.#inboxes.size > 0) return this.#round();
      this.#isAtWork = false;
    });
  }

  /** The tickets of each commit. */
  #decide(shard: number, messages: readonly Message[]): Ticket[][] {
    const state = this.#stateOf(shard);
    const commits: Ticket[][] = [];
    let done = 0;
    for (let more = true; more || done < messages.length; ) {
      const turn = new Turn(state, this.#time);
      for (let next = messages[done]; next && !turn.isFull; next = messages[++done]) decide(turn, next);
      more = settleTurn(turn, () => this.#window());
      commits.push([...turn.finish(null).tickets]);
    }
    for (const message of messages) this.#drop(state, 'run' in message ? (message.run ?? '') : '');
    return commits;
  }

  #drop(state: ShardState, run: string): void {
    const status = state.runs.get(run)?.header.status;
    if (status === undefined || !isRunEnded(status)) return;
    if (status !== 'succeeded') throw new Error(`Run ${run} ended as ${status} in the model.`);
    dropRun(state, run);
    this.#options.onEnd(run);
  }

  /** As the orchestrator itself reckons it. */
  #window(): number {
    let busy = 0;
    for (const { sentByQueue, ready } of this.#shards.values())
      if ((sentByQueue.get(QUEUE) ?? 0) > 0 || (ready.get(QUEUE)?.size ?? 0) > 0) busy++;
    return dispatchWindow(this.#options.slots, busy * this.#options.orchestrators);
  }

  #stateOf(shard: number): ShardState {
    const state = this.#shards.get(shard);
    if (!state) throw new Error(`Shard ${shard} is another's in the model.`);
    return state;
  }

  get #time(): number {
    return BEGIN_MS + Math.floor(this.#options.timeline.now);
  }
}
