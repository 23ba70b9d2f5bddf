/** The program: all commands under one name, with help that fits 80 columns. */
import { Command, Option } from 'commander';
import { COMMANDS, type ListedCommand } from './commands/index.ts';
import { usageFailure } from './failure.ts';
import type { Host } from './host.ts';
import { readVersion } from './version.ts';

const EXAMPLES = `
Examples:
  $ sluice init hello && cd hello
  $ sluice run workflow.yaml
  $ sluice run workflow.yaml --input year=2015
  $ sluice show 01JD… --json

Exit codes:
  0 success   1 the run failed   2 wrong usage or file   3 no Redis or server
  4 not found   5 conflict   130 interrupted   143 terminated

Documentation: docs/cli.md`;

/** With the commands that `argv` may mean: the one that it names, else all. */
export async function buildProgram(host: Host, argv: readonly string[] = []): Promise<Command> {
  const program = new Command('sluice')
    .description('Runs workflows written in YAML, on Redis and BullMQ.')
    .version(readVersion(), '-V, --version', 'print the version')
    .option('--config <file>', 'settings (else sluice.config.yaml here or above)')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', EXAMPLES);
  for (const { load } of wantedCommands(argv[2])) program.addCommand((await load())(host));
  for (const command of withSubcommands(program)) {
    if (command.commands.length === 0) refuseServer(command);
    command
      .configureHelp({ helpWidth: 80 })
      .configureOutput({
        writeOut: (text) => void host.stdout.write(text),
        writeErr: (text) => void host.stderr.write(text),
        outputError: (text, write) => write(text.replace(/^error: /, 'sluice: ')),
      })
      .showHelpAfterError(`Try \`${pathOf(command)} --help\`.`)
      .exitOverride();
  }
  return program;
}

/** A command that cannot work through a server says so, whoever asks it to. SLUICE_SERVER does not ask: it is for those that can. */
function refuseServer(command: Command): void {
  if (command.options.some(({ long }) => long === '--server')) return;
  const takesRedis = command.options.some(({ long }) => long === '--redis');
  const instead = takesRedis
    ? 'it works on Redis itself: give it --redis URL.'
    : 'it works on what is here: leave --server out.';
  const option = new Option('--server <url>').hideHelp().argParser(() => {
    throw usageFailure(
      `\`sluice ${pathOf(command).replace(/^sluice /, '')}\` cannot work through a server; ${instead}`,
    );
  });
  command.addOption(option);
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** How it is called: `sluice limits set`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** `completion` completes all of them. */
function wantedCommands(name: string | undefined): readonly ListedCommand[] {
  if (name === '-V' || name === '--version') return [];
  const named = COMMANDS.filter((command) => command.name === name);
  return named.length > 0 && name !== 'completion' ? named : COMMANDS;
}
