/** `sluice orchestrator`: owns shards and decides what runs next, until it is told to stop. */
import type { Command } from 'commander';
import { newCommand, type RedisFlags, withLogLevel, withRedis, withStatusPort } from '../command.ts';
import { startKafkaTriggers } from '../compose/kafka-triggers.ts';
import { startOrchestrator } from '../compose/roles.ts';
import { serveRole } from '../compose/serve-role.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { StatusAddress } from '../status-address.ts';

interface OrchestratorFlags extends RedisFlags {
  readonly embedded?: boolean;
  readonly metricsPort?: StatusAddress;
  readonly maxRuns?: string;
}

export function orchestratorCommand(host: Host): Command {
  const command = newCommand('orchestrator', 'Decides what runs do next.', [
    'orchestrator --redis redis://localhost:6379',
    'orchestrator --embedded',
  ]);
  return withLogLevel(withStatusPort(withRedis(command)))
    .option('--embedded', 'use the private Redis of this folder')
    .option('--max-runs <number>', 'take no new run while so many have not ended (SLUICE_MAX_RUNS)')
    .action((flags: OrchestratorFlags) =>
      serveRole(host, { ...flags, measures: ['orchestrator'] }, async (engine) => {
        const role = await startOrchestrator(host, engine, { maxRuns: maxRunsOf(host, flags) });
        const { place } = engine.connections;
        engine.logger.info('orchestrator drives runs', { redis: place, shards: engine.shards });
        const kafka = startKafkaTriggers(host, engine);
        return {
          async stop(drainMs) {
            await kafka.stop(drainMs);
            await role.stop(drainMs);
          },
        };
      }),
    );
}

/** 0: no limit. */
function maxRunsOf(host: Host, { maxRuns }: OrchestratorFlags): number {
  const text = maxRuns ?? host.settings.maxRuns;
  if (text === undefined) return 0;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  const origin = maxRuns === undefined ? 'SLUICE_MAX_RUNS' : '--max-runs';
  throw usageFailure(`${origin} takes a number of runs such as 10000, not "${text}".`);
}
