/** The Lua scripts keep the form that engine/redis promises: a header, names bound first, a modest length. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../engine/redis/lua/', import.meta.url);
const files = readdirSync(folder);
const bindings = readFileSync(new URL('../scripts.ts', folder), 'utf8');

describe.each(files)('%s', (file) => {
  const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');

  it('is bound in scripts.ts', () => {
    expect(bindings).toContain(`bind(runner, '${file.replace('.lua', '')}'`);
  });

  it('says what it does, its keys, arguments and reply', () => {
    const header = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith('--')),
    );
    for (const part of ['-- KEYS  ', '-- ARGV  ', '-- Reply ']) {
      expect(
        header.some((line) => line.startsWith(part)),
        part,
      ).toBe(true);
    }
    expect(lines[header.length]).toMatch(/^local .* = KEYS\[1\]/);
  });

  it('has at most 60 lines', () => {
    expect(lines.length).toBeLessThanOrEqual(60);
  });
});
