/**
 * What ends a sleep or a wait early. An `AbortSignal` is one; where one is made in every turn of a loop a `Wake` is better: the
 * controller of a signal makes an error with its stack when it aborts, which costs more than the turn itself.
 */

/** The part of `AbortSignal` that sleeps need. */
export interface WakeSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export class Wake implements WakeSignal {
  aborted = false;
  readonly #listeners = new Set<() => void>();

  /** Ends what waits on it, once. */
  wake(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** Each is told once, whatever `once` says. */
  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }
}
