/** `sluice worker`: serves queues until it is told to stop. */
import { cpus } from 'node:os';
import { type Command, Option } from 'commander';
import {
  duration,
  newCommand,
  type RedisFlags,
  wholeNumber,
  withArtifacts,
  withLogLevel,
  withLogStore,
  withRedis,
  withStatusPort,
} from '../command.ts';
import { startWorker } from '../compose/roles.ts';
import { serveRole } from '../compose/serve-role.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { StatusAddress } from '../status-address.ts';

interface WorkerFlags extends RedisFlags {
  readonly queues: string;
  readonly slots?: number;
  readonly name?: string;
  readonly labels?: string;
  readonly drain: number;
  readonly embedded?: boolean;
  readonly metricsPort?: StatusAddress;
  readonly allowAddress?: readonly string[];
}

export function workerCommand(host: Host): Command {
  const command = newCommand('worker', 'Takes tasks of queues and does them.', [
    'worker --redis redis://localhost:6379',
    'worker --queues default:8,gpu:1 --name gpu-box --labels zone=eu',
    'worker --embedded',
  ]);
  return withLogLevel(withStatusPort(withLogStore(withArtifacts(withRedis(command)))))
    .option('--embedded', 'use the private Redis of this folder')
    .option('--queues <list>', 'queues, each with its slots: default:4,gpu:1', 'default')
    .option('--slots <n>', 'slots of queues that name none (default: 2 per CPU)', wholeNumber)
    .option('--name <text>', 'name of this worker (default: host:pid)')
    .option('--labels <list>', 'labels: zone=eu,disk=ssd')
    .addOption(
      new Option(
        '--allow-address <entry>',
        'HTTP tasks may reach it: 10.0.0.0/8, api.internal:8080, private, any; may be given again',
      ).argParser((value: string, before: readonly string[] = []) => [...before, value]),
    )
    .addOption(
      new Option('--drain <duration>', 'how long to finish work when stopped')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .action((flags: WorkerFlags) => serve(host, flags));
}

function serve(host: Host, flags: WorkerFlags): Promise<void> {
  const queues = parseQueues(flags.queues, flags.slots ?? Math.max(4, 2 * cpus().length));
  const labels = parseLabels(flags.labels);
  return serveRole(host, { ...flags, measures: ['worker'] }, async (engine) => {
    const allowAddress = flags.allowAddress ? { allowAddress: flags.allowAddress } : {};
    const worker = await startWorker(host, engine, { queues, labels, name: flags.name, ...allowAddress });
    const { place } = engine.connections;
    engine.logger.info(`worker ${worker.name} serves its queues`, { queues, redis: place });
    return worker;
  });
}

const QUEUE = /^([A-Za-z_][A-Za-z0-9_.-]{0,63})(?::(\d{1,5}))?$/;

export function parseQueues(text: string, slots: number): { readonly [queue: string]: number } {
  const queues = text.split(',').map((part): [string, number] => {
    const [, name, count] = QUEUE.exec(part.trim()) ?? [];
    const own = count === undefined ? slots : Number(count);
    if (name !== undefined && own > 0) return [name, own];
    throw usageFailure(
      `--queues: ${JSON.stringify(part)} is no queue; write name or name:slots, such as default:4,gpu:1.`,
    );
  });
  return Object.fromEntries(queues);
}

function parseLabels(text: string | undefined): { readonly [name: string]: string } {
  if (text === undefined) return {};
  const labels = text.split(',').map((part): [string, string] => {
    const at = part.indexOf('=');
    if (at > 0) return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    throw usageFailure(
      `--labels: ${JSON.stringify(part)} is no label; write name=value, such as zone=eu,disk=ssd.`,
    );
  });
  return Object.fromEntries(labels);
}
