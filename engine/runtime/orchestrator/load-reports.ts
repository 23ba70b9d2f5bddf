/**
 * Tells people what lies with an orchestrator: how much waits in which queue and since when, and who works on how much. Counting goes
 * through all nodes, so it is done the more rarely the longer it takes: at most a hundredth of the time.
 */
import type { ShardLoad } from '../../core/shard-load.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoadReport, Membership } from '../../ports/membership.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { clockAhead } from '../clock-ahead.ts';

const USUAL_PAUSE_MS = 2_000;
const SHARE = 100;
/** Queues, and workers, of a report. */
const MOST = 1_000;

interface LoadReportsOptions {
  readonly id: string;
  readonly membership: Pick<Membership, 'announceLoad'>;
  readonly clock: Clock;
  readonly store: Partial<Pick<ClientStore, 'now'>>;
  readonly load: () => ShardLoad;
}

export class LoadReports {
  readonly #options: LoadReportsOptions;
  /** When the next report is due, ms. */
  #dueAt = 0;

  constructor(options: LoadReportsOptions) {
    this.#options = options;
  }

  /** To be called often: does something when a report is due. */
  async keep(): Promise<void> {
    const { id, membership, clock, store, load } = this.#options;
    const from = clock.now();
    if (from < this.#dueAt) return;
    const counted = load();
    const pauseMs = Math.max(USUAL_PAUSE_MS, SHARE * (clock.now() - from));
    this.#dueAt = from + pauseMs;
    const ahead = await clockAhead(clock, store);
    const report = { ...reportOf(counted), orchestrator: id };
    // The next one may be late, or fail.
    await membership.announceLoad(
      id,
      ahead === undefined ? report : { ...report, clockAheadMs: ahead },
      3 * pauseMs,
    );
  }
}

export function reportOf({ queues, busy, nodes }: ShardLoad): LoadReport {
  return {
    queues: Object.fromEntries([...queues].slice(0, MOST).map(([name, one]) => [name, { ...one }])),
    busy: Object.fromEntries([...busy].slice(0, MOST)),
    blocked: nodes.get('blocked') ?? 0,
  };
}
