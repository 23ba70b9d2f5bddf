/** The live display on a terminal, drawn over itself ten times a second; what is worth keeping is written above it. */
import { createLogUpdate } from 'log-update';
import type { Host } from '../host.ts';
import { liveLines } from './live-lines.ts';
import { watchOutlook } from './outlook.ts';
import { plainText } from './plain-text.ts';
import type { RunSink } from './run-follower.ts';
import type { RunProgress } from './run-progress.ts';

const FRAME_MS = 100;

export class LiveView implements RunSink {
  readonly #host: Host;
  readonly #name: { readonly workflow: string; readonly run: string };
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  readonly #outlook: ReturnType<typeof watchOutlook>;
  #progress: RunProgress | undefined;
  #frame = 0;

  /** @param outlook reads how far the run is */
  constructor(
    host: Host,
    name: { readonly workflow: string; readonly run: string },
    outlook: Parameters<typeof watchOutlook>[0],
  ) {
    this.#host = host;
    this.#name = name;
    this.#draw = createLogUpdate(host.stderr);
    this.#outlook = watchOutlook(outlook);
    this.#timer = setInterval(() => this.#redraw(), FRAME_MS);
  }

  event(_event: unknown, progress: RunProgress): void {
    this.#progress = progress;
  }

  line(_line: unknown, progress: RunProgress): void {
    this.#progress = progress;
  }

  note(text: string): void {
    this.#draw.clear();
    this.#host.say(plainText(text));
    this.#redraw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#outlook.stop();
    this.#draw.clear();
    this.#draw.done();
  }

  #redraw(): void {
    if (this.#progress === undefined) return;
    const { stderr, colors } = this.#host;
    const size = { columns: stderr.columns ?? 80, rows: stderr.rows ?? 24 };
    const screen = { ...this.#name, ...size, colors, now: Date.now() };
    const changing = { frame: this.#frame++, outlook: this.#outlook.now() };
    this.#draw(liveLines(this.#progress, { ...screen, ...changing }).join('\n'));
  }
}
