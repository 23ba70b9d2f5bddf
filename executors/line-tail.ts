/** The last lines that a process wrote, for its error message. */
const LINES = 20;
const LINE_LENGTH = 500;

export class LineTail {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line);
    if (this.#lines.length > LINES) this.#lines.shift();
  }

  /** A block to append to a sentence; empty when nothing was written. */
  toString(): string {
    if (this.#lines.length === 0) return '';
    return ` Last output:\n${this.#lines.join('\n')}`;
  }
}
