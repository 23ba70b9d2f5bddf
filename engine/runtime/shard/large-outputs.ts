/**
 * The large outputs that a shard's owner has in memory, bounded by bytes: loaded when a decision needs them, forgotten after a
 * commit once there are too many. A decision that needs more at once than may be loaded is told so.
 */
import { keyOf, type OutputsRef } from '../../core/large-outputs.ts';
import type { ShardState } from '../../core/shard-state.ts';
import type { OutputStore } from '../files/output-store.ts';

/** What one decision may need, bytes of JSON. */
const MAX_AT_ONCE = 64 * 1_024 * 1_024;
/** What stays in memory between decisions, bytes of JSON. */
const KEPT_BYTES = 16 * 1_024 * 1_024;

export class LargeOutputs {
  readonly #state: ShardState;
  readonly #store: OutputStore | undefined;
  /** What was asked for since the last commit, bytes by key. */
  readonly #wanted = new Map<string, number>();

  constructor(state: ShardState, store: OutputStore | undefined) {
    this.#state = state;
    this.#store = store;
  }

  /**
   * Brings outputs into memory. `too_much`: together with what was asked for since the last commit they are more than may be
   * loaded; then nothing is in memory, and smaller steps may help. With `isNarrow` there are none: their readers get an error.
   */
  async load(refs: readonly OutputsRef[], isNarrow: boolean): Promise<'ok' | 'too_much'> {
    for (const ref of refs) this.#wanted.set(keyOf(ref), ref.bytes);
    const bytes = sum(this.#wanted.values());
    if (bytes > MAX_AT_ONCE && !isNarrow) {
      this.#wanted.clear();
      this.#forget();
      return 'too_much';
    }
    for (const ref of refs) {
      if (bytes > MAX_AT_ONCE) this.#state.large.set(keyOf(ref), { problem: tooMuch(bytes) });
      else await this.#read(ref);
    }
    return 'ok';
  }

  /** A commit was stored, so what comes next is another decision. */
  settle(): void {
    this.#wanted.clear();
    const { large } = this.#state;
    if (large.size === 0) return;
    for (const [key, one] of large) if ('problem' in one) large.delete(key);
    if (sum([...large.values()].map((one) => ('bytes' in one ? one.bytes : 0))) > KEPT_BYTES) this.#forget();
  }

  async #read(ref: OutputsRef): Promise<void> {
    const outputs = await this.#store?.get(ref);
    this.#state.large.set(keyOf(ref), outputs ? { outputs, bytes: ref.bytes } : { problem: gone(ref) });
  }

  /** Also what was made of them. */
  #forget(): void {
    this.#state.large.clear();
    for (const { tasks, joined } of this.#state.runs.values()) {
      joined.clear();
      for (const { fan } of tasks) if (fan) delete fan.items;
    }
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const one of numbers) total += one;
  return total;
}

function tooMuch(bytes: number): string {
  return `the outputs that are read here are ${bytes} bytes of JSON together; at most ${MAX_AT_ONCE} can be read at once. Hand large data on as files: \`artifacts:\` and \`files:\``;
}

function gone({ run, file, bytes }: OutputsRef): string {
  return `outputs of ${bytes} bytes (${file} of run ${run}) are not in the store; do all roles name the same place for artifacts?`;
}
