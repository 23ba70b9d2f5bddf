/** What leaves an attempt holds no secret, in none of the forms in which tools print one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskedLog } from '../../../../engine/runtime/attempt/masked-log.ts';
import { SecretMask } from '../../../../engine/runtime/secret/secret-mask.ts';

const CANARY = 'kA9/x+Zq"7\\n<&>\'% é$w';
const PEM = [
  '-----BEGIN PRIVATE KEY-----',
  ...Array.from({ length: 6 }, (_, i) =>
    Buffer.from(`line ${i} of a key: ${'qwertz'.repeat(5)}`).toString('base64'),
  ),
  'c2hvcnQ=',
  '-----END PRIVATE KEY-----',
].join('\n');

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

describe('a secret is masked', () => {
  const mask = new SecretMask([CANARY]);

  it.each([
    ['as it is', CANARY],
    ['in JSON', JSON.stringify({ a: CANARY })],
    ['in JSON within JSON', JSON.stringify(JSON.stringify(CANARY))],
    ['in an address', `https://x.test/?q=${encodeURIComponent(CANARY)}`],
    ['in a form', new URLSearchParams({ q: CANARY }).toString()],
    ['in hex', Buffer.from(CANARY).toString('hex')],
    ['in upper-case hex', Buffer.from(CANARY).toString('hex').toUpperCase()],
    [
      'in HTML',
      CANARY.replace('&', '&amp;')
        .replace('<', '&lt;')
        .replace('>', '&gt;')
        .replace('"', '&quot;')
        .replace("'", '&#39;'),
    ],
    ['quoted by a shell', `'${CANARY.replace("'", "'\\''")}'`],
  ])('%s', (_, text) => {
    const masked = mask.text(`before ${text} after`);
    expect(masked).toContain('***');
    expect(masked).not.toContain(text);
    expect(masked).toMatch(/^before .*after$/);
    for (let at = 0; at + 4 <= CANARY.length; at++) expect(masked).not.toContain(CANARY.slice(at, at + 4));
  });

  it.each([0, 1, 2, 3, 4, 5])('in base64 with %i characters before it', (length) => {
    for (const encode of [base64, base64url]) {
      for (const after of ['', 'y', 'yy', 'yyy\n']) {
        const masked = mask.text(`= ${encode('p'.repeat(length) + CANARY + after)} =`);
        expect(masked).toContain('***');
        const left = masked
          .replaceAll('***', ' ')
          .replaceAll(/[^A-Za-z0-9+/_-]+/g, ' ')
          .trim();
        // What stands around it, and no more than that.
        expect(left.replaceAll(' ', '').length).toBeLessThanOrEqual(
          Math.ceil(((length + after.length) / 3) * 4) + 2,
        );
      }
    }
  });

  it('wherever it stands, and as often as it does', () => {
    expect(mask.text(`${CANARY}${CANARY} ${CANARY}`)).toBe('*** ***');
  });

  it('in values, keys and numbers of outputs', () => {
    const pin = new SecretMask(['481516']);
    expect(pin.value({ n: 481516, m: 48, list: ['x481516'], a481516: true })).toEqual({
      n: '***',
      m: 48,
      list: ['x***'],
      'a***': true,
    });
    const odd = JSON.parse('{"__proto__":"481516"}');
    expect(JSON.stringify(pin.value(odd))).toBe('{"__proto__":"***"}');
  });

  it('where a message was cut in the middle of it', () => {
    expect(mask.cutText(`Last output:\n${CANARY.slice(0, 9)}…\nmore`)).toBe('Last output:\n***…\nmore');
  });
});

describe('a secret of several lines is masked', () => {
  const mask = new SecretMask([PEM]);

  it('line by line', () => {
    for (const line of PEM.split('\n')) expect(mask.text(`  ${line}`)).toBe('  ***');
  });

  it('in lines of another length, as encoders wrap them', () => {
    const lines = base64(`${PEM}\n`).match(/.{1,76}/g) ?? [];
    for (const line of lines.slice(0, -1)) expect(mask.text(line)).toBe('***');
  });
});

describe('a log', () => {
  const logOf = (values: readonly string[]) => {
    const lines: string[] = [];
    const log = new MaskedLog({ line: (_, text) => void lines.push(text) }, new SecretMask(values));
    return { lines, log };
  };

  it('masks a secret that stands across the border of two pieces of a long line', () => {
    const secret = 'a-secret-across-the-border';
    for (const before of [65_536 - 1, 65_536 - 10, 65_536 - secret.length, 65_536 - secret.length - 1]) {
      const { lines, log } = logOf([secret]);
      const text = `${'.'.repeat(before)}${secret}${'.'.repeat(70_000)}`;
      for (let at = 0; at < text.length; at += 65_536) log.line('stdout', text.slice(at, at + 65_536));
      log.end();
      expect(lines.join('')).toBe(text.replace(secret, '***'));
    }
  });

  it('hands on what it held back when the work ends', () => {
    const { lines, log } = logOf(['hunter22']);
    log.line('stdout', 'x'.repeat(65_536));
    log.line('stderr', 'other');
    log.end();
    expect(lines.join('').length).toBe(65_536 + 5);
  });
});

it('text without a secret stays as it is, and no secret of any kind gets through', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme-ascii' }),
      fc.string({ maxLength: 30 }),
      fc.string({ maxLength: 30 }),
      (raw, before, after) => {
        const secret = `S${raw.trim()}e~`;
        const mask = new SecretMask([secret]);
        if (!`${before}${after}`.includes('S')) expect(mask.text(`${before}${after}`)).toBe(before + after);
        for (const encode of [
          (text: string) => text,
          encodeURIComponent,
          (text: string) => JSON.stringify(text),
        ]) {
          expect(mask.text(before + encode(secret) + after)).not.toContain(encode(secret).slice(1, -1));
        }
      },
    ),
  );
});

it('looks through a megabyte of log in well under a second', () => {
  const mask = new SecretMask([PEM, CANARY, 'another-secret-value']);
  const line =
    'an ordinary line of a log, with some words and numbers 1234567890 in it, about a hundred characters';
  const start = performance.now();
  for (let i = 0; i < 10_000; i++) mask.text(line);
  expect(performance.now() - start).toBeLessThan(3_000);
});
