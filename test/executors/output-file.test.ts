import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ValueSpec } from '../../engine/core/plan.ts';
import { OutputSyntaxError, parseOutputFile } from '../../executors/shell/output-file.ts';

const declared: { readonly [name: string]: ValueSpec } = {
  rows: { type: 'integer' },
  share: { type: 'number' },
  good: { type: 'boolean' },
  months: { type: 'array' },
  row: { type: 'object' },
  size: { type: 'enum', enum: ['small', 3] },
  day: { type: 'date' },
};

describe('parseOutputFile', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '', {}],
    ['blank lines', '\n  \n', {}],
    ['a line', 'name=value', { name: 'value' }],
    ['a value with = and spaces', 'q= a=b ', { q: ' a=b ' }],
    ['an empty value', 'q=', { q: '' }],
    ['no type guessing', 'n=12\nb=true\nj={"a":1}', { n: '12', b: 'true', j: '{"a":1}' }],
    ['CRLF and a byte order mark', '\uFEFFa=1\r\nb=2\r\n', { a: '1', b: '2' }],
    ['the last of a name', 'a=1\na=2', { a: '2' }],
    ['a JSON line', '{"a": 1, "b": [true, null]}', { a: 1, b: [true, null] }],
    ['a printed JSON document', '{\n  "a": {\n "b": "}"\n  }\n}\nc=3', { a: { b: '}' }, c: '3' }],
    ['escapes in JSON', '{"a":"\\"}{"}\n{"b":1}', { a: '"}{', b: 1 }],
    ['a block', 'text<<EOF\none\n\ntwo=2\nEOF\na=1', { text: 'one\n\ntwo=2', a: '1' }],
    ['an empty block', 'text<<EOF\nEOF', { text: '' }],
    ['<< inside a value', 'a=b<<c', { a: 'b<<c' }],
    [
      'declared types',
      'rows=12\nshare=1e-3\ngood=true\nday=2026-01-02',
      { rows: 12, share: 0.001, good: true, day: '2026-01-02' },
    ],
    ['declared JSON', 'months=[1,2]\nrow={"a":1}\nsize=3', { months: [1, 2], row: { a: 1 }, size: 3 }],
    ['a declared block', 'months<<X\n[\n1\n]\nX', { months: [1] }],
  ])('reads %s', (_what, text, expected) => {
    expect(parseOutputFile(text, declared)).toEqual(expected);
  });

  it.each([
    ['a=1\nhello', 2, /"hello" is not an output; write/],
    ['two words=1', 1, /is not an output/],
    ['9a=1', 1, /A name has letters/],
    ['\n{"a":', 2, /not closed/],
    ['{"a":1} x', 1, /not valid JSON/],
    ['{}}', 1, /not valid JSON/],
    ['a=1\nb<<EOF\nx', 2, /"EOF"/],
    ['rows=1.5', 1, /`rows` is declared as integer, but its text is "1\.5"/],
    ['rows=9007199254740993', 1, /integer/],
    ['share=NaN', 1, /number/],
    ['share=0x10', 1, /number/],
    ['good=yes', 1, /boolean/],
    ['months={"a":1}', 1, /array/],
    ['row=[1]', 1, /object/],
  ])('%j is refused with its line', (text, line, message) => {
    const thrown = caught(() => parseOutputFile(text, declared));
    expect(thrown).toBeInstanceOf(OutputSyntaxError);
    expect(thrown).toMatchObject({ line, message: expect.stringMatching(message) });
  });

  it('takes odd names as data', () => {
    const outputs = parseOutputFile('__proto__=x\nconstructor=y\n{"toString": 1}', undefined);
    expect(Object.entries(outputs)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', 1],
    ]);
    expect(Object.getPrototypeOf(outputs)).toBe(Object.prototype);
  });

  it('gives back what was written, for any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (value, pretty) => {
        const text = JSON.stringify(value, null, pretty ? 2 : 0);
        expect(JSON.stringify(parseOutputFile(text, undefined))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('never fails otherwise than with a line, and stays fast', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      '\n',
      '=',
      '<<',
      'EOF',
      'rows',
      'a',
      ' ',
      '1',
      '\r',
      ':',
      '[',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const thrown = caught(() => parseOutputFile(input, declared));
        expect(thrown === undefined || thrown instanceof OutputSyntaxError).toBe(true);
      }),
    );
    expect(caught(() => parseOutputFile('{\n'.repeat(300_000), undefined))).toBeInstanceOf(OutputSyntaxError);
  });
});

function caught(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
