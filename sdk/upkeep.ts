/**
 * What one of the orchestrators does for all beside driving runs: it prunes ended runs, and sweeps what nothing refers to any more. Every
 * orchestrator has it, of a program or of the command line: the one whose turn it is must know how.
 */
import { SluiceError } from '../engine/core/errors.ts';
import type { PlanRetention } from '../engine/core/plan.ts';
import { parseRetention } from '../engine/core/retention.ts';
import type { Clock } from '../engine/ports/clock.ts';
import type { LogStore } from '../engine/ports/log-store.ts';
import type { Logger } from '../engine/ports/logger.ts';
import { type Connections, createRedisRunRemover, createRedisUnusedRemover } from '../engine/redis/index.ts';
import { Pruner, type PrunerOptions } from '../engine/runtime/pruner.ts';
import { Sweeper } from '../engine/runtime/sweeper.ts';
import type { RedisParts } from './redis-parts.ts';

export interface UpkeepParts
  extends Pick<RedisParts, 'roleStore' | 'index' | 'definitions' | 'artifacts' | 'shards' | 'membership'> {
  readonly connections: Connections;
  readonly logs: LogStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Of SLUICE_RETENTION; without it nothing. @throws SluiceError not_possible when it cannot be read */
export function readRetention(text: string | undefined): PlanRetention {
  if (text === undefined) return {};
  const parsed = parseRetention(text);
  if ('problem' in parsed) throw new SluiceError('not_possible', `SLUICE_RETENTION: ${parsed.problem}.`);
  return parsed.retention;
}

/** @param retention bounds for runs whose workflow has none of its own */
export function prunerOptions(
  parts: Omit<UpkeepParts, 'membership'>,
  retention: PlanRetention,
): PrunerOptions {
  const { roleStore: store, index, definitions, artifacts, logs, shards, clock, logger, connections } = parts;
  const remover = createRedisRunRemover(connections, { shards });
  return { store, index, definitions, artifacts, logs, shards, clock, logger, remover, retention };
}

/** @param id of the orchestrator: the first of those that live does the work. */
export function startUpkeep(
  parts: UpkeepParts,
  { id, retention }: { readonly id: string; readonly retention: PlanRetention },
): { stop(): Promise<void> } {
  const { connections, shards, clock, logger, membership } = parts;
  const turn = { id, membership };
  const pruner = new Pruner({ ...prunerOptions(parts, retention), turn });
  const remover = createRedisUnusedRemover(connections, { shards });
  const sweeper = new Sweeper({ remover, clock, logger, turn });
  pruner.start();
  sweeper.start();
  return { stop: async () => void (await Promise.all([pruner.stop(), sweeper.stop()])) };
}
