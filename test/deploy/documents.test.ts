/** Commands in the pages for operators are commands that there are, with options that they take. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { createHost } from '../../cli/host.ts';
import { buildProgram } from '../../cli/program.ts';
import { ROOT } from './deployments.ts';

let program: Command;
beforeAll(async () => {
  program = await buildProgram(createHost());
});

/** From code in the text, inline or indented: the words behind `sluice`, up to what the shell makes of the rest. */
function commandLines(text: string): string[][] {
  const code = [
    ...[...text.matchAll(/`(sluice [^`\n]+)`/g)].map(([, line]) => line ?? ''),
    ...[...text.matchAll(/^(?: {4}|docker run .* |\(set .*; )?(sluice [a-z].*)$/gm)].map(
      ([, line]) => line ?? '',
    ),
  ];
  return code
    .flatMap((line) => line.split(/ [&|#]+ |[;)]/))
    .flatMap((line) => {
      const [, words] = /^\s*sluice (.*)$/.exec(line) ?? [];
      return words === undefined ? [] : [words.trim().split(/\s+/)];
    });
}

function complaint(words: readonly string[]): string | undefined {
  let command = program;
  let rest = [...words];
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0]);
    if (next === undefined) break;
    command = next;
    rest = rest.slice(1);
  }
  if (command === program) return `sluice has no command ${rest[0]}`;
  const unknown = rest
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => !command.options.some(({ long, short }) => word === long || word === short));
  return unknown.length > 0 ? `${command.name()} has no ${unknown.join(' ')}` : undefined;
}

describe.each(['docs/operations.md', 'deploy/README.md', 'README.md'])('%s', (file) => {
  it('names commands and options that there are', () => {
    const lines = commandLines(readFileSync(join(ROOT, file), 'utf8'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.map((words) => complaint(words)).filter((one) => one !== undefined)).toEqual([]);
  });
});
