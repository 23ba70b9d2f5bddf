/**
 * A log sink that masks secrets. Executors hand on over-long lines in pieces: of a piece the end is held back, as much as a
 * secret may be long, and put before the next, so that a secret across the border is found.
 */
import type { LogSink } from '../../ports/executor.ts';
import type { SecretMask } from '../secret/secret-mask.ts';

/** A line of this length may go on in the next one. */
const LONG_LINE = 65_535;

type Stream = Parameters<LogSink['line']>[0];

export class MaskedLog implements LogSink {
  readonly #sink: LogSink;
  readonly #mask: SecretMask;
  readonly #held = new Map<Stream, string>();

  constructor(sink: LogSink, mask: SecretMask) {
    this.#sink = sink;
    this.#mask = mask;
  }

  line(stream: Stream, text: string): void {
    const whole = (this.#held.get(stream) ?? '') + text;
    this.#held.delete(stream);
    if (text.length < LONG_LINE) return this.#sink.line(stream, this.#mask.text(whole));
    const cut = this.#cutOf(whole);
    this.#held.set(stream, whole.slice(cut));
    if (cut > 0) this.#sink.line(stream, this.#mask.text(whole.slice(0, cut)));
  }

  /** Hands on what was held back. */
  end(): void {
    for (const [stream, text] of this.#held) this.#sink.line(stream, this.#mask.text(text));
    this.#held.clear();
  }

  /** Far enough from the end that nothing before it can be the beginning of a secret that goes on, and not within one. */
  #cutOf(text: string): number {
    const cut = Math.max(0, text.length - this.#mask.reach);
    const [start] = this.#mask.spans(text).find((span) => span[0] < cut && span[1] > cut) ?? [cut];
    return start;
  }
}
