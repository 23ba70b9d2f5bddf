/** How long runs are kept: flag before SLUICE_RETENTION before for ever. */
import { InvalidArgumentError } from 'commander';
import type { PlanRetention } from '../../engine/core/plan.ts';
import { parseRetention } from '../../engine/core/retention.ts';
import type { UnusedRemover } from '../../engine/ports/unused-remover.ts';
import { createRedisRunRemover, createRedisUnusedRemover } from '../../engine/redis/index.ts';
import type { PrunerOptions } from '../../engine/runtime/pruner.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';

/** The value of `--retention`. */
export function retentionFlag(text: string): PlanRetention {
  const parsed = parseRetention(text);
  if ('problem' in parsed) throw new InvalidArgumentError(`${parsed.problem}.`);
  return parsed.retention;
}

/** @throws CliFailure when SLUICE_RETENTION cannot be read */
export function prunerOptions(host: Host, engine: Engine): PrunerOptions {
  const {
    roleStore: store,
    index,
    definitions,
    artifacts,
    logs,
    shards,
    clock,
    logger,
    connections,
  } = engine;
  const text = host.settings.retention;
  const parsed = text === undefined ? { retention: {} } : parseRetention(text);
  if ('problem' in parsed) throw usageFailure(`SLUICE_RETENTION: ${parsed.problem}.`);
  const remover = createRedisRunRemover(connections, { shards });
  return {
    store,
    index,
    definitions,
    artifacts,
    logs,
    shards,
    clock,
    logger,
    remover,
    retention: parsed.retention,
  };
}

/** Of what runs share. */
export function unusedRemover({ connections, shards }: Engine, dryRun = false): UnusedRemover {
  return createRedisUnusedRemover(connections, { shards, dryRun });
}
