/** Slots that several queues of one worker share: who finds none free waits in line, before its ticket is claimed. */
export class SlotGate {
  #free: number;
  #isOpen = false;
  readonly #line: (() => void)[] = [];

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Does the work in a slot. */
  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0 || this.#isOpen) this.#free--;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** Lets everybody through: the worker stops, and gives back what it has not begun. */
  open(): void {
    this.#isOpen = true;
    for (const next of this.#line.splice(0)) {
      this.#free--;
      next();
    }
  }
}
