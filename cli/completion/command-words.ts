/** What can be completed: commands with their options, read from the definitions themselves. */
import type { Command, Option } from 'commander';

export interface OptionWords {
  /** `--input`. */
  readonly long: string;
  /** `-i`. */
  readonly short: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
  /** The values that it takes, when they are few and known. */
  readonly choices: readonly string[];
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Values of its first argument, when they are known; else it is completed with files. */
  readonly choices: readonly string[];
}

export function commandWords(program: Command): CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.createHelp().visibleOptions(command).map(optionWords),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }));
}

function optionWords(option: Option): OptionWords {
  return {
    long: option.long ?? '',
    short: option.short,
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  };
}
