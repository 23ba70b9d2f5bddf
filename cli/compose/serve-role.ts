/** Runs a long-lived role until a signal: SIGTERM and Ctrl-C end it in good order (exit code 0), a second one at once. */
import type { RedisFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { listenForInterruption } from '../interruption.ts';
import { type Engine, openEngine } from './engine.ts';
import { operatorLogger } from './logger.ts';
import type { Role } from './roles.ts';

export interface ServeFlags extends RedisFlags {
  readonly embedded?: boolean;
  /** How long the work at hand may take to end, ms. */
  readonly drain?: number;
}

export async function serveRole(
  host: Host,
  flags: ServeFlags,
  start: (engine: Engine) => Promise<Role>,
): Promise<void> {
  const logger = operatorLogger(host);
  host.drivesRuns = true;
  const engine = await openEngine(host, { ...flags, use: 'serve', logger });
  const interruption = listenForInterruption();
  try {
    const role = await start(engine);
    await aborted(interruption.signal);
    logger.info('stopping; a second signal ends it at once');
    await role.stop(flags.drain ?? 0);
    logger.info('stopped');
  } finally {
    await engine.close();
    interruption.release();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // Nothing else may keep the process alive between two pieces of work.
    const alive = setInterval(() => {}, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
