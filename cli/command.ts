/** What the files in commands/ share: how a command is made, and the options that several of them take. */
import { Command } from 'commander';
import type { Host } from './host.ts';

/** Makes one command. Its action sets `host.exitCode` when that is not 0. */
export type CommandDefinition = (host: Host) => Command;

export interface RedisFlags {
  readonly redis?: string;
  readonly prefix?: string;
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
