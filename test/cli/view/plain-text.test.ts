import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../cli/view/plain-text.ts';

describe('plainText', () => {
  it.each([
    ['colors', '\x1b[1;31mred\x1b[0m', 'red'],
    ['moves of the cursor', 'a\x1b[2J\x1b[10;5Hb', 'ab'],
    ['a title with BEL', '\x1b]0;owned\x07text', 'text'],
    ['a link', '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['the clipboard', '\x1b]52;c;ZXZpbA==\x07', ''],
    ['a sequence that never ends', 'a\x1b]0;title', 'a'],
    ['one-byte sequences', 'a\x9b31mb', 'ab'],
    ['a line that is written over', 'good\rbad', 'good␍bad'],
    ['the end of a Windows line', 'good\r', 'good'],
    ['backspaces', 'a\b\bb', 'a␈␈b'],
    ['text that turns its direction', 'a\u202eb', 'a\ufffdb'],
    ['tabs', 'a\tb', 'a  b'],
    ['ordinary text', 'Straße 日本語 👩‍🚀 ✓', 'Straße 日本語 👩‍🚀 ✓'],
  ])('%s', (_name, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it('leaves nothing that a terminal would act upon', () => {
    const nasty = fc.array(
      fc.constantFrom('\x1b', '[', ']', 'P', '\\', '\x07', '\x9b', '\x9c', '\n', 'm', ';', '1', 'a'),
    );
    fc.assert(
      fc.property(nasty, (parts) => {
        expect(plainText(parts.join(''))).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      }),
    );
  });
});
