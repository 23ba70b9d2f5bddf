/** Templates that would take more memory and time than any file may. */
import { describe, expect, it } from 'vitest';
import { compileText } from './diagnose.ts';

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i));
const codesOf = (text: string) => compileText(text).diagnostics.map(({ code }) => code);

describe('templates', () => {
  it('that bring large maps to many tasks are refused', () => {
    const env = lines(1_000, (i) => `V${i}: ${i}`).join(', ');
    const tasks = lines(1_000, (i) => `  t${i}: { extends: big }`).join('\n');
    const text = `name: a\ntemplates:\n  big: { run: "true", env: { ${env} } }\ntasks:\n${tasks}\n`;
    expect(codesOf(text)).toContain('too_many_nodes');
  }, 5_000);

  it('that extend each other thousands deep are refused', () => {
    const chain = lines(2_000, (i) => `  t${i}: { extends: t${i + 1} }`).join('\n');
    const text = `name: a\ntemplates:\n${chain}\n  t2000: { run: "true" }\ntasks:\n  a: { extends: t0 }\n`;
    expect(codesOf(text)).toContain('too_deep');
  }, 5_000);

  it('named as members of a prototype are found only where they are written', () => {
    const text = 'name: a\ntasks:\n  a: { extends: __proto__ }\n  b: { extends: constructor }\n';
    expect(codesOf(text).filter((code) => code === 'unknown_template')).toHaveLength(2);
  });
});
