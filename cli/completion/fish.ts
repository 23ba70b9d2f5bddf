import type { CommandWords, OptionWords } from './command-words.ts';

export function fishCompletion(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, description, options, choices }) => [
    `complete -c sluice -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`,
    ...options.map((option) => optionLine(name, option)),
    ...(choices.length > 0
      ? [`complete -c sluice -n '__fish_seen_subcommand_from ${name}' -f -a ${quote(choices.join(' '))}`]
      : []),
  ]);
  return ['# Completion of sluice for fish. Use it with: sluice completion fish | source', ...lines].join(
    '\n',
  );
}

function optionLine(command: string, { long, short, description, takesValue, choices }: OptionWords): string {
  const parts = [
    `complete -c sluice -n '__fish_seen_subcommand_from ${command}'`,
    `-l ${long.replace(/^--/, '')}`,
    ...(short === undefined ? [] : [`-s ${short.replace(/^-/, '')}`]),
    ...(takesValue ? ['-r'] : []),
    ...(choices.length > 0 ? [`-f -a ${quote(choices.join(' '))}`] : []),
    `-d ${quote(description)}`,
  ];
  return parts.join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
