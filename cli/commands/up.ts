/** `sluice up`: everything on this machine: orchestrator, worker and server, on a private Redis unless one is named. */
import { cpus } from 'node:os';
import type { Command } from 'commander';
import {
  duration,
  newCommand,
  type RedisFlags,
  wholeNumber,
  withArtifacts,
  withLogLevel,
  withLogStore,
  withRedis,
} from '../command.ts';
import { startKafkaTriggers } from '../compose/kafka-triggers.ts';
import { roleMetrics } from '../compose/metrics.ts';
import { type Role, startOrchestrator, startWorker } from '../compose/roles.ts';
import { serveRole } from '../compose/serve-role.ts';
import { startServer } from '../compose/server.ts';
import type { Host } from '../host.ts';
import { withAddress } from './server.ts';
import { parseQueues } from './worker.ts';

interface UpFlags extends RedisFlags {
  readonly port: number;
  readonly host?: string;
  readonly openLocal?: boolean;
  readonly queues: string;
  readonly slots?: number;
  readonly drain: number;
}

export function upCommand(host: Host): Command {
  const command = newCommand('up', 'Runs everything on this machine.', [
    'up',
    'up --port 8080 --slots 8',
    'up --redis redis://localhost:6379',
  ]);
  return withLogLevel(withLogStore(withArtifacts(withRedis(withAddress(command)))))
    .option('--queues <list>', 'queues of the worker: default:4,gpu:1', 'default')
    .option('--slots <n>', 'slots of queues that name none (default: 2 per CPU)', wholeNumber)
    .option('--drain <duration>', 'how long to finish work when stopped', duration, 30_000)
    .action((flags: UpFlags) => up(host, flags));
}

function up(host: Host, flags: UpFlags): Promise<void> {
  const queues = parseQueues(flags.queues, flags.slots ?? Math.max(4, 2 * cpus().length));
  const metrics = roleMetrics(['orchestrator', 'worker', 'server']);
  return serveRole(host, { ...flags, embedded: true, metrics }, async (engine) => {
    const roles: Role[] = [];
    const stop = async (drainMs: number) => {
      // In this order, so that no request meets half an engine, and what workers settle is still decided on.
      for (const role of roles.toReversed()) await role.stop(drainMs);
    };
    try {
      roles.push(await startOrchestrator(host, engine), startKafkaTriggers(host, engine));
      roles.push(await startWorker(host, engine, { queues }));
      const server = await startServer(host, engine, flags);
      roles.push(server);
      host.say(`Sluice is up at ${host.colors.bold(server.address)} with ${engine.connections.place}.`);
      if (server.tokenFile !== undefined)
        host.say(`Sign in there with the token of this folder: cat ${server.tokenFile}`);
      host.say(
        host.colors.dim(`Open it in a browser; the API is at ${server.address}/docs. Ctrl-C stops it.`),
      );
    } catch (thrown) {
      await stop(0);
      throw thrown;
    }
    return { stop };
  });
}
