/** `sluice completion SHELL`: a script that teaches a shell to complete commands and options. */
import { Argument, type Command } from 'commander';
import { newCommand } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { commandWords } from '../completion/command-words.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { Host } from '../host.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionCommand(host: Host): Command {
  const command = newCommand('completion', 'Prints a completion script for a shell.', [
    'completion bash > /etc/bash_completion.d/sluice',
    'completion fish | source',
  ]);
  return command
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .action((shell: keyof typeof SHELLS) => {
      host.print(SHELLS[shell](commandWords(command.parent ?? command)));
    });
}
