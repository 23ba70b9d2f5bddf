/** Runs a long-lived role until a signal: SIGTERM and Ctrl-C end it in good order (exit code 0), a second one at once. */
import type { MetricRow } from '../../monitoring/metrics.ts';
import type { Metrics } from '../../monitoring/registry.ts';
import type { RedisFlags } from '../command.ts';
import type { Host } from '../host.ts';
import { listenForInterruption } from '../interruption.ts';
import type { StatusAddress } from '../status-address.ts';
import { type Engine, openEngine } from './engine.ts';
import { measureRedis, roleMetrics } from './metrics.ts';
import { type LOGGER_LEVELS, operatorLogger } from './operator-logger.ts';
import type { Role } from './roles.ts';
import { openStatusPort, type StatusPort } from './status-port.ts';

export interface ServeFlags extends RedisFlags {
  readonly embedded?: boolean;
  /** How long the work at hand may take to end, ms. */
  readonly drain?: number;
  /** The least important messages that it writes. */
  readonly logLevel?: (typeof LOGGER_LEVELS)[number];
  /** Where metrics and health are asked for. */
  readonly metricsPort?: StatusAddress;
  /** What the role measures, besides Redis and the process. */
  readonly measures?: readonly MetricRow['of'][];
  /** Made by the caller, who gives them to somebody else, too. */
  readonly metrics?: Metrics;
}

export async function serveRole(
  host: Host,
  flags: ServeFlags,
  start: (engine: Engine) => Promise<Role>,
): Promise<void> {
  const logger = operatorLogger(host, flags.logLevel);
  host.drivesRuns = true;
  const { metricsPort } = flags;
  const metrics = flags.metrics ?? (metricsPort && roleMetrics(flags.measures ?? []));
  const engine = await openEngine(host, { ...flags, metrics, use: 'serve', logger });
  const interruption = listenForInterruption();
  let state = 'starting';
  let status: StatusPort | undefined;
  try {
    if (metrics) measureRedis(engine, metrics);
    status = metricsPort && (await openStatusPort(engine, metricsPort, () => state));
    const role = await start(engine);
    state = 'ok';
    await aborted(interruption.signal);
    state = 'stopping';
    logger.info('stopping; a second signal ends it at once');
    await role.stop(flags.drain ?? 0);
    logger.info('stopped');
  } finally {
    await status?.close();
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
