/** `sluice orchestrator`: owns shards and decides what runs next, until it is told to stop. */
import type { Command } from 'commander';
import { newCommand, type RedisFlags, withRedis } from '../command.ts';
import { startKafkaTriggers } from '../compose/kafka-triggers.ts';
import { startOrchestrator } from '../compose/roles.ts';
import { serveRole } from '../compose/serve-role.ts';
import type { Host } from '../host.ts';

interface OrchestratorFlags extends RedisFlags {
  readonly embedded?: boolean;
}

export function orchestratorCommand(host: Host): Command {
  const command = newCommand('orchestrator', 'Decides what runs do next.', [
    'orchestrator --redis redis://localhost:6379',
    'orchestrator --embedded',
  ]);
  return withRedis(command)
    .option('--embedded', 'use the private Redis of this folder')
    .action((flags: OrchestratorFlags) =>
      serveRole(host, flags, async (engine) => {
        const role = await startOrchestrator(host, engine);
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
