/** How far a run is, and when it may end: asked of the engine from time to time, while somebody looks. */
import type { RunAdvance } from '../installation/runs.ts';

export interface Outlook {
  /** From 0 to 1, weighted by how long tasks usually take. */
  readonly progress: number;
  /** ms since 1970; undefined while nothing is known of how long tasks take. */
  readonly endsAt: number | undefined;
  /** Of some of its tasks no duration is known. */
  readonly isPartly: boolean;
}

const EVERY_MS = 2_000;
/** Of the time between two readings at most, so that a run of very many nodes is not kept busy by who looks at it. */
const SHARE = 0.05;

/** Reads until `stop`. What cannot be read now is read later; the last answer holds meanwhile. */
export function watchOutlook(read: () => Promise<RunAdvance>): {
  now(): Outlook | undefined;
  stop(): void;
} {
  let last: Outlook | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const ask = async () => {
    const from = performance.now();
    const told = await read().catch(() => undefined);
    if (isOver) return;
    if (told) last = outlookOf(told);
    const took = performance.now() - from;
    timer = setTimeout(() => void ask(), Math.max(EVERY_MS, took / SHARE)).unref();
  };
  timer = setTimeout(() => void ask(), EVERY_MS / 2).unref();
  return {
    now: () => last,
    stop() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

function outlookOf({ progress, eta, finished_at: end }: RunAdvance): Outlook | undefined {
  if (end !== null) return undefined;
  return {
    progress,
    endsAt: eta === null ? undefined : Date.parse(eta.at),
    isPartly: eta?.basis === 'partly',
  };
}
