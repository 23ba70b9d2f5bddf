/** No key of the language without a schema entry, a line in the documentation, a good use and a misuse that is found. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keysOf } from '../../dsl/schema/noun.ts';
import { compileText, places, unmark } from './diagnose.ts';
import { type KeyRow, LANGUAGE_KEYS, type NounRows } from './language-keys.ts';

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');

const textOf = ({ within }: NounRows, row: KeyRow, value: string) =>
  (row.within ?? within)(`${row.key}: ${value}`);

describe.each(LANGUAGE_KEYS.map((one) => [one.noun, one] as const))('%s', (noun, rows) => {
  it('has exactly the keys of the list', () => {
    expect([...rows.rows.map(({ key }) => key)].sort()).toEqual([...keysOf(noun)].sort());
  });

  it.each(rows.rows.map((row) => [row.key, row] as const))('%s can be written', (_key, row) => {
    const { plans, diagnostics } = compileText(textOf(rows, row, row.good));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plans).toHaveLength(1);
  });

  it.each(rows.rows.map((row) => [row.key, row] as const))(
    '%s misused is found where it stands',
    (_key, row) => {
      const { text, line, column, length } = unmark(textOf(rows, row, row.bad));
      const { diagnostics } = compileText(text);
      const [found] = diagnostics.filter(({ severity }) => severity === 'error');
      expect(found && places([found]), JSON.stringify(diagnostics, null, 1)).toEqual([
        `${row.code}@${line}:${column}`,
      ]);
      if (length > 0) expect(found?.length).toBe(length);
      expect(`${found?.message} ${found?.hint ?? ''}`).toContain(row.says);
    },
  );

  it('is documented key by key', () => {
    for (const { key } of rows.rows) expect(page, key).toContain(`\`${key}\``);
  });
});

describe('examples', () => {
  it('use every key of a workflow and of a task, here or in examples/', () => {
    const folder = new URL('../../examples/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.ya?ml$/.test(name),
    );
    const texts = [page, ...files.map((name) => readFileSync(new URL(name, folder), 'utf8'))];
    const isUsed = (key: string) =>
      texts.some((text) =>
        text.split('```yaml').some((part) => new RegExp(`(^|[{,\\s-])${key}:`, 'm').test(part)),
      );
    const missing = [...keysOf('workflow'), ...keysOf('task')].filter((key) => !isUsed(key));
    expect(missing).toEqual([]);
  });
});
