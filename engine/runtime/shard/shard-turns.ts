/**
 * Takes messages in turns: a turn decides as many as fit, and one commit stores what was decided. A turn that the store did not
 * take, that needs outputs which are not in memory, or that the engine failed on, is undone and begun again.
 */
import {
  type Decision,
  decide,
  type MayBundle,
  type ShardFacts,
  settleTurn,
  Turn,
  type WindowOf,
} from '../../core/decide/index.ts';
import { OutputsNeeded, type OutputsRef } from '../../core/large-outputs.ts';
import { type Message, runOf } from '../../core/message.ts';
import { dropRun } from '../../core/shard-state.ts';
import type { CommitEnd, OwnedShard } from './owned-shard.ts';
import { quarantine } from './quarantine.ts';
import type { RunLoader } from './run-loader.ts';
import type { ShardClock } from './shard-clock.ts';

/** A message with its time; those of the inbox have the id of their entry, others come from the owner itself. */
export interface TimedMessage {
  readonly id?: string;
  readonly ms: number;
  readonly message: Message;
}

export interface TurnsOptions {
  readonly owner: OwnedShard;
  readonly loader: RunLoader;
  readonly time: ShardClock;
  readonly windowOf: WindowOf;
  readonly mayBundle: MayBundle;
  readonly facts?: ShardFacts;
  /** Stores what a turn decided; then does what waits for that. */
  readonly store: (decision: Decision) => Promise<CommitEnd>;
}

type Taken =
  | { readonly done: number; readonly more: boolean; readonly cursor: string | null }
  | { readonly needed: readonly OutputsRef[]; readonly run: string }
  | { readonly poisoned: string; readonly error: unknown; readonly actorMessage: Message | undefined };

export class ShardTurns {
  readonly #options: TurnsOptions;
  /** Actors' messages that the engine failed on: left out. */
  readonly #skipped = new Set<Message>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Takes them all, in order, unless the shard is lost. Their runs are in memory. */
  async take(messages: readonly TimedMessage[]): Promise<void> {
    const { owner, time, facts, store } = this.#options;
    let done = 0;
    let more = true;
    let isNarrow = false;
    while ((done < messages.length || more) && !owner.isLost) {
      const turn = new Turn(owner.state, time.now, facts);
      turn.isNarrow = isNarrow;
      const taken = this.#decide(turn, messages, done);
      if ('needed' in taken) {
        if ((await owner.loadOutputs(taken.needed, isNarrow)) === 'too_much') isNarrow = true;
        await this.#undo(turn, taken.run);
        continue;
      }
      if ('poisoned' in taken) {
        if (taken.actorMessage) this.#skip(taken.actorMessage, taken.error);
        else await quarantine(owner, taken.poisoned, taken.error);
        await this.#undo(turn);
        continue;
      }
      if (turn.isEmpty && taken.cursor === null) break;
      if ((await store(turn.finish(taken.cursor))) === 'conflict') {
        await this.#undo(turn);
        continue;
      }
      done = taken.done;
      more = taken.more;
    }
  }

  #decide(turn: Turn, messages: readonly TimedMessage[], from: number): Taken {
    const { time, windowOf, mayBundle } = this.#options;
    let done = from;
    let cursor: string | null = null;
    let at: Message | undefined;
    try {
      for (; done < messages.length && !(turn.isFull && isNewEntry(messages, done)); done++) {
        const { id, ms, message } = messages[done] as TimedMessage;
        time.pass(ms);
        turn.now = time.now;
        at = message;
        if (!this.#skipped.has(message)) decide(turn, message);
        if (id !== undefined) cursor = id;
      }
      at = undefined;
      return { done, more: settleTurn(turn, windowOf, mayBundle), cursor };
    } catch (error) {
      const run = at && runOf(at);
      if (error instanceof OutputsNeeded) return { needed: error.refs, run: run ?? turn.runAtHand };
      const actorMessage = run === undefined ? at : undefined;
      return { poisoned: run ?? turn.runAtHand, error, actorMessage };
    }
  }

  /** Forgets what a void turn did to memory. */
  async #undo(turn: Turn, atHand?: string): Promise<void> {
    const { owner, loader } = this.#options;
    turn.undoDocuments();
    const touched = new Set(turn.touchedRuns());
    if (atHand !== undefined) touched.add(atHand);
    for (const run of touched) dropRun(owner.state, run);
    await loader.load(touched);
  }

  /** An actor's message that the engine fails on is left out, so that the shard goes on. */
  #skip(message: Message, error: unknown): void {
    const { owner } = this.#options;
    this.#skipped.add(message);
    owner.options.logger.error(
      `shard ${owner.lease.shard}: a message was left out, since the engine failed on it`,
      {
        message: JSON.stringify(message).slice(0, 1_000),
        stack: error instanceof Error ? (error.stack ?? '') : String(error),
      },
    );
  }
}

/** Whether the message begins an inbox entry of its own: those of one entry must take effect in one commit. */
function isNewEntry(messages: readonly TimedMessage[], at: number): boolean {
  const { id } = messages[at] ?? {};
  return id === undefined || id !== messages[at - 1]?.id;
}
