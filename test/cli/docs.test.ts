/** The documents about the command line say what the program has, no more and no less. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT_NAMES, contractSchema } from '../../cli/contract/index.ts';
import { EXIT } from '../../cli/exit-code.ts';
import { createHost } from '../../cli/host.ts';
import { buildProgram } from '../../cli/program.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const text = readFileSync(join(DOCS, 'cli.md'), 'utf8');

let commands: readonly Command[];

beforeAll(async () => {
  commands = (await buildProgram(createHost())).commands;
});

/** Heading `## sluice NAME` → its section. */
function sections(): Map<string, string> {
  const parts = text.split(/^## /m).slice(1);
  return new Map(
    parts.flatMap((part) => {
      const [, name] = /^`sluice (\S+)`/.exec(part) ?? [];
      return name === undefined ? [] : [[name, part] as const];
    }),
  );
}

describe('docs/cli.md', () => {
  it('has a section for each command, in the order of the help', () => {
    expect([...sections().keys()]).toEqual(commands.map((command) => command.name()));
  });

  it('lists every option of every command as the help does', () => {
    for (const command of commands) {
      const rows =
        sections()
          .get(command.name())
          ?.match(/^\| `-.*$/gm) ?? [];
      const documented = rows.map((row) => /`([^`]+)`/.exec(row)?.[1]);
      const shown = command.options.filter(({ hidden }) => !hidden);
      expect(documented, command.name()).toEqual(shown.map(({ flags }) => flags));
    }
  });

  it('shows how each command is called', () => {
    for (const command of commands) {
      const args = command.registeredArguments.map((argument) => {
        const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
        return argument.required ? `<${name}>` : `[${name}]`;
      });
      const usage = ['sluice', command.name(), ...args].join(' ');
      expect(sections().get(command.name())).toContain(`\n    ${usage}`);
    }
  });

  it('names all exit codes', () => {
    const codes = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT));
  });
});

describe('help', () => {
  it('fits into 80 columns and has examples', () => {
    for (const command of commands) {
      let help = '';
      command.configureOutput({ writeOut: (part) => (help += part) });
      command.outputHelp();
      expect(help, command.name()).toContain('\nExamples:\n  $ sluice ');
      for (const line of help.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe('docs/schema', () => {
  it.each(CONTRACT_NAMES)('%s is what `sluice schema` prints', (name) => {
    const copy = JSON.parse(readFileSync(join(DOCS, 'schema', `${name}.schema.json`), 'utf8'));
    expect(copy).toEqual(contractSchema(name));
  });
});
