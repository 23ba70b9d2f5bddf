/** The slots of one consumer: a job that finds too few of them free waits for them, before all that come later. */
export class SlotGate {
  readonly #slots: number;
  readonly #waiting: { readonly slots: number; readonly enter: () => void }[] = [];
  /** Slots of jobs that are being worked on, and of all that were reserved. */
  #working = 0;
  #reserved = 0;
  #isOpen = false;

  constructor(slots: number) {
    this.#slots = slots;
  }

  /** Slots that nobody has reserved; below 0 while a job waits. */
  get free(): number {
    return this.#slots - this.#reserved;
  }

  reserve(slots: number): void {
    this.#reserved += slots;
  }

  /** Resolves when so many slots, reserved before, are free; undefined when they are at once. */
  enter(slots: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#hasRoomFor(slots)) {
      this.#working += slots;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ slots, enter: resolve });
    });
  }

  leave(slots: number): void {
    this.#working -= slots;
    this.#reserved -= slots;
    this.#letIn();
  }

  /** Lets in all that wait, whether or not there is room: their jobs are about to be given back. */
  open(): void {
    this.#isOpen = true;
    this.#letIn();
  }

  close(): void {
    this.#isOpen = false;
  }

  #hasRoomFor(slots: number): boolean {
    return this.#isOpen || this.#working + slots <= this.#slots;
  }

  #letIn(): void {
    for (let first = this.#waiting[0]; first && this.#hasRoomFor(first.slots); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#working += first.slots;
      first.enter();
    }
  }
}
