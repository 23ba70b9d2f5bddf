/** What the files in commands/ share: how a command is made, and the options that several of them take. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../engine/core/duration.ts';
import type { Host } from './host.ts';
import { statusAddress } from './status-address.ts';

/** Makes one command. Its action sets `host.exitCode` when that is not 0. */
export type CommandDefinition = (host: Host) => Command;

export interface RedisFlags {
  readonly redis?: string;
  readonly prefix?: string;
  /** Place of artifacts; only of commands that store or fetch some. */
  readonly artifacts?: string;
  /** Place of logs; only of commands that write or read some. */
  readonly logs?: string;
}

/** Of commands that work on an installation, directly on its Redis or through its server. */
export interface InstallationFlags extends RedisFlags {
  readonly server?: string;
  readonly token?: string;
  readonly tokenFile?: string;
}

/** A command with its summary and its examples. */
export function newCommand(name: string, summary: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ sluice ${example}`).join('\n');
  return new Command(name)
    .description(summary)
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', `\nExamples:\n${lines}`);
}

/** The options of every command that talks to Redis. */
export function withRedis(command: Command): Command {
  return command
    .option('--redis <url>', 'Redis to use (else REDIS_URL, else one in .sluice/)')
    .option('--prefix <text>', 'begins every key in Redis (default: "sluice:")');
}

/** The options of every command that works by Redis or by a server alike. */
export function withInstallationFlags(command: Command): Command {
  return withRedis(command)
    .option('--server <url>', 'work through a server, not on Redis (else SLUICE_SERVER)')
    .option('--token <token>', 'API token; `ps` shows it, so better SLUICE_TOKEN')
    .option('--token-file <path>', 'file that holds the token (else SLUICE_TOKEN_FILE)');
}

/** The option of commands that store or fetch artifacts. */
export function withArtifacts(command: Command): Command {
  return command.option('--artifacts <place>', 's3://bucket/prefix or a folder (else SLUICE_ARTIFACTS)');
}

/** The option of everything that lives long. */
export function withLogLevel(command: Command): Command {
  const levels = ['debug', 'info', 'warn', 'error'];
  return command.addOption(
    new Option('--log-level <level>', 'least level of its own messages (default: info)').choices(levels),
  );
}

/** The option of roles that tell how they are. */
export function withStatusPort(command: Command): Command {
  return command.option(
    '--metrics-port <[host:]port>',
    'serve /metrics, /livez and /readyz there',
    statusAddress,
  );
}

/** The option of commands that write or read logs of tasks. */
export function withLogStore(command: Command): Command {
  return command.option(
    '--logs <place>',
    's3://bucket/prefix, a folder, or redis (else SLUICE_LOGS, else redis)',
  );
}

/** The options of commands that start a run. */
export function withInputs(command: Command): Command {
  return command
    .option('-w, --workflow <name>', 'workflow of a file with several (default: the first)')
    .option('-i, --input <name=value>', 'an input; may be given again', collect)
    .option('--inputs-file <path>', 'inputs as JSON or YAML');
}

/** The options of commands that show a run until its end. */
export function withOutput(command: Command): Command {
  return command
    .option('--json', 'print the run as one JSON document')
    .option('--jsonl', 'print each event as a line of JSON')
    .option('-q, --quiet', 'show no progress and no summary');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

/** A duration such as `30s`, in ms. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('It must be a duration such as 30s or 1m30s.');
}
