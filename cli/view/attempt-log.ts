/** Reads the log of one attempt from where it stopped, and keeps the last lines for a failure's report. */
import type { LogLine } from '../../engine/ports/log-store.ts';
import type { AttemptName, RunFeed } from '../installation/runs.ts';

/** Lines that a failure's report shows. */
export const TAIL_LINES = 20;
const PAGE = 500;

export class AttemptLog {
  readonly name: AttemptName;
  readonly tail: LogLine[] = [];
  #after = '0';
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(name: AttemptName) {
    this.name = name;
  }

  /** Whether it was read so long ago. */
  hasRested(ms: number): boolean {
    return performance.now() - this.#readAt >= ms;
  }

  /** Lines that have come since the last call; all that are left when the attempt is over. */
  async readNew(feed: Pick<RunFeed, 'readLog'>, isOver: boolean): Promise<readonly LogLine[]> {
    this.#readAt = performance.now();
    const lines: LogLine[] = [];
    for (;;) {
      const page = await feed.readLog(this.name, { after: this.#after, limit: PAGE, isOver });
      lines.push(...page);
      this.#after = page.at(-1)?.id ?? this.#after;
      if (page.length < PAGE) break;
    }
    this.tail.push(...lines.slice(-TAIL_LINES));
    this.tail.splice(0, Math.max(0, this.tail.length - TAIL_LINES));
    return lines;
  }
}
