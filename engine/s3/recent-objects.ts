/** Contents of objects that were read last, for objects that never change: whoever reads a log page by page reads each several times. */
export class RecentObjects {
  readonly #maxBytes: number;
  readonly #contents = new Map<string, Buffer>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(name: string): Buffer | undefined {
    const content = this.#contents.get(name);
    if (content !== undefined) this.#moveToEnd(name, content);
    return content;
  }

  /** What is larger than all room is not kept. */
  add(name: string, content: Buffer): void {
    this.#bytes += content.length - (this.#contents.get(name)?.length ?? 0);
    this.#moveToEnd(name, content);
    for (const [oldest, { length }] of this.#contents) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#contents.delete(oldest);
      this.#bytes -= length;
    }
  }

  #moveToEnd(name: string, content: Buffer): void {
    this.#contents.delete(name);
    this.#contents.set(name, content);
  }
}
