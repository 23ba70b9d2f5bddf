import type { CommandWords, OptionWords } from './command-words.ts';

export function zshCompletion(commands: readonly CommandWords[]): string {
  const list = commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  const cases = commands.map(({ name, options, choices }) => {
    const specs = options.flatMap(optionSpecs);
    const rest = choices.length > 0 ? `1:value:(${choices.join(' ')})` : '*:file:_files';
    return `    ${name}) _arguments -s ${[...specs, rest].map(quote).join(' ')} ;;`;
  });
  return `#compdef sluice
# Completion of sluice for zsh. Use it with: source <(sluice completion zsh)
_sluice() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _sluice sluice`;
}

function optionSpecs({ long, short, description, takesValue, choices }: OptionWords): string[] {
  const text = description.replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', ' -');
  const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : '';
  return [long, ...(short === undefined ? [] : [short])].map((flag) => `${flag}[${text}]${value}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
