/**
 * The sweeper role: removes plans, source bundles and workflows that nothing refers to any more (engine/ports/unused-remover.ts), a
 * piece at a time. One orchestrator sweeps, the one that prunes.
 */
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Unused, UnusedRemover, UnusedStep } from '../ports/unused-remover.ts';
import { isMyTurn, type Turn } from './turn.ts';

export interface SweeperOptions {
  readonly remover: UnusedRemover;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: this one sweeps. */
  readonly turn?: Turn;
}

/** Rest between two steps, so that a large Redis has time for its work, ms. */
const PAUSE_BETWEEN_STEPS_MS = 250;
const PAUSE_BETWEEN_WAYS_MS = 3_600_000;
/** Who is not the first to sweep looks again after, ms. */
const PAUSE_OF_OTHERS_MS = 60_000;

export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #stopped = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
  }

  /** One step, if it is this one's turn. Answers how long to rest then, ms. */
  async runOnce(): Promise<number> {
    const { remover, logger, turn } = this.#options;
    if (!(await isMyTurn(turn))) return PAUSE_OF_OTHERS_MS;
    const { removed, done } = await remover.step();
    if (removed.length > 0) logger.info('removed what nothing refers to', countByKind(removed));
    return done ? PAUSE_BETWEEN_WAYS_MS : PAUSE_BETWEEN_STEPS_MS;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options;
    const { signal } = this.#stopped;
    await clock.sleep(PAUSE_OF_OTHERS_MS, signal);
    while (!signal.aborted) {
      let pause = PAUSE_OF_OTHERS_MS;
      try {
        pause = await this.runOnce();
      } catch (thrown) {
        logger.warn('removing what nothing refers to failed and is tried again', { reason: String(thrown) });
      }
      await clock.sleep(pause, signal);
    }
  }
}

function countByKind(removed: readonly Unused[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of removed) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Two ways through all there is, one after the other: what the first has found, the second removes. @throws SluiceError as the stores do */
export async function sweepAll(
  { remover, clock }: Pick<SweeperOptions, 'remover' | 'clock'>,
  onRemoved: (unused: Unused) => void,
): Promise<void> {
  const goThrough = async () => {
    for (;;) {
      const step: UnusedStep = await remover.step();
      for (const unused of step.removed) onRemoved(unused);
      if (step.done) return step.pending;
    }
  };
  if ((await goThrough()) === 0) return;
  await clock.sleep(SECOND_LOOK_MS);
  await goThrough();
}

/** What is on its way from one place to another arrives within that, ms. */
const SECOND_LOOK_MS = 2_000;
