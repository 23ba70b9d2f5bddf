/**
 * Bytes of a process → lines of text. Chunks may end anywhere, also inside a character; invalid UTF-8 becomes U+FFFD.
 * Holds at most one line of `MAX_LINE_LENGTH`: a longer one is handed on in pieces of that length.
 */
export const MAX_LINE_LENGTH = 65_536;

export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #onLine: (text: string) => void;
  #rest = '';

  /** `onLine` gets each line without its `\n` or `\r\n`. */
  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** Hands on what is left when the stream has ended without a newline. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== '') this.#emit(this.#rest);
    this.#rest = '';
  }

  #take(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#emit(this.#cut(this.#rest + text.slice(start, end)));
      this.#rest = '';
      start = end + 1;
    }
    this.#rest = this.#cut(this.#rest + text.slice(start));
  }

  /** Emits full pieces of an over-long line and returns what is left of it. */
  #cut(line: string): string {
    let from = 0;
    while (line.length - from > MAX_LINE_LENGTH) {
      const to =
        from + MAX_LINE_LENGTH - (isHighSurrogate(line.charCodeAt(from + MAX_LINE_LENGTH - 1)) ? 1 : 0);
      this.#onLine(line.slice(from, to));
      from = to;
    }
    return from === 0 ? line : line.slice(from);
  }

  #emit(line: string): void {
    this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
