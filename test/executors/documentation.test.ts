import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TASK_ERROR_CODES } from '../../engine/core/errors.ts';
import { builtinExecutors } from '../../executors/index.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/executors.md'), 'utf8');

/** Chapters by their title. */
const chapters = new Map(
  text.split(/^## /m).map((chapter) => {
    const [title = '', ...body] = chapter.split('\n');
    return [title, body.join('\n')] as const;
  }),
);

describe('docs/executors.md', () => {
  it.each(builtinExecutors().map((executor) => [executor.name, executor] as const))(
    'describes %s',
    (name, executor) => {
      expect(text).toContain(`| [${name}](#${name}) |`);
      const documented = namesIn(tableOf(chapters.get(name) ?? '', 'option'));
      expect(documented.sort()).toEqual(
        Object.keys(z.toJSONSchema(executor.options, { io: 'input' }).properties ?? {}).sort(),
      );
      for (const output of Object.keys(executor.fixedOutputs ?? {}))
        expect(chapters.get(name)).toContain(`\`${output}\``);
    },
  );

  it('names only errors that there are', () => {
    for (const chapter of chapters.values()) {
      for (const code of namesIn(tableOf(chapter, 'error')))
        expect(Object.keys(TASK_ERROR_CODES)).toContain(code);
    }
  });
});

/** The rows of the table whose first column has this heading. */
function tableOf(chapter: string, heading: string): string[] {
  const table = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)*)`, 'm').exec(chapter);
  return (table?.[1] ?? '').split('\n').filter((row) => row !== '');
}

/** What stands in backticks in the first column. */
function namesIn(rows: readonly string[]): string[] {
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  );
}
