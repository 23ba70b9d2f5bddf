/** Changes of runs, of all namespaces, as a feed. */
import type { RunIndex, RunSummary } from '../../engine/ports/run-index.ts';
import { eventFrame } from './event-stream.ts';
import type { FeedPage, FeedSource } from './feed.ts';

const PAGE = 500;

export function createChangesSource(
  index: RunIndex,
  lineOf: (run: RunSummary) => { readonly [name: string]: unknown },
): FeedSource {
  return {
    isAfter: isAfterChange,
    async read(after, blockMs, signal): Promise<FeedPage> {
      const { changes, hasGap } = await index.changes(after, PAGE, blockMs, signal);
      const items = changes.map(({ id, run }) => ({
        position: id,
        frame: eventFrame(id, JSON.stringify(lineOf(run))),
        namespace: run.namespace,
      }));
      return { items, hasGap, isOver: false };
    },
  };
}

/** Ids are `<ms>-<n>`. */
export function isAfterChange(a: string, b: string): boolean {
  const [ms = 0, n = 0] = a.split('-').map(Number);
  const [otherMs = 0, otherN = 0] = b.split('-').map(Number);
  return ms > otherMs || (ms === otherMs && n > otherN);
}
