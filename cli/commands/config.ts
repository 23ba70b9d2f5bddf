/** `sluice config`: the settings that hold here, and what says so. */
import type { Command } from 'commander';
import { newCommand } from '../command.ts';
import { isGiven, SETTINGS, type SettingName } from '../config-file/settings.ts';
import type { Host } from '../host.ts';
import { plainText } from '../view/plain-text.ts';

interface ShownSetting {
  readonly setting: string;
  readonly variable: string;
  /** Null when nothing says it; secrets are never shown. */
  readonly value: string | null;
  readonly from: 'environment' | 'file' | 'default';
  /** The variable or file that says it. */
  readonly source: string | null;
}

export function configCommand(host: Host): Command {
  return newCommand('config', 'Shows the settings that hold, and whence.', ['config', 'config --json'])
    .option('--json', 'print one JSON document')
    .action((flags: { readonly json?: boolean }) => {
      const settings = SETTINGS.map((one) => shown(host, one));
      const file = host.config?.file?.path ?? null;
      if (flags.json) return host.print(JSON.stringify({ format: 1, file, settings }, null, 2));
      const rows = settings.map(({ setting, value, source }, i) => [
        setting,
        plainText(value ?? SETTINGS[i]?.otherwise ?? '–'),
        plainText(source ?? 'default'),
      ]);
      host.print(table([['Setting', 'Value', 'From'], ...rows]));
      host.say(host.colors.dim(file === null ? 'No sluice.config.yaml here or above.' : `File: ${file}`));
    });
}

function shown({ config }: Host, { setting, variable, usual, isSecret }: SettingName): ShownSetting {
  const given = config?.given ?? {};
  const name = isGiven(given, variable, usual);
  const inFile = config?.file?.variables.get(variable);
  const value = name === undefined ? inFile : given[name];
  const from = name !== undefined ? 'environment' : inFile === undefined ? 'default' : 'file';
  const source = name ?? (from === 'file' ? (config?.file?.path ?? null) : null);
  const safe = value === undefined ? null : isSecret ? '(hidden)' : withoutPassword(value);
  return { setting, variable, value: safe, from, source };
}

function withoutPassword(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, '$1(hidden)@');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell)).join('  '))
    .join('\n');
}
