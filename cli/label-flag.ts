/** Labels on the command line: `--label name=value`, as often as one likes. */
import { type Command, Option } from 'commander';
import { usageFailure } from './failure.ts';

export function withLabels(command: Command, text: string): Command {
  return command.addOption(
    new Option('-l, --label <name=value>', `${text}; may be given again`).argParser(
      (value: string, before: readonly string[] = []) => [...before, value],
    ),
  );
}

/** @throws a usage failure for what is no label, and for a name with two values, which no run has */
export function readLabels(texts: readonly string[] = []): { readonly [name: string]: string } {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = text.slice(0, at);
    if (at < 1) throw usageFailure(`--label ${JSON.stringify(text)} is no label; write --label name=value.`);
    if (labels.has(name)) throw usageFailure(`--label ${name} is given twice; a run has one value for it.`);
    labels.set(name, text.slice(at + 1));
  }
  return Object.fromEntries(labels);
}
