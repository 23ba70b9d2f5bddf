/** Log lines: split from bytes in any chunks alike, and masked whole or in pieces. The first line of an input is the secret. */
import { MaskedLog } from '../../../engine/runtime/attempt/masked-log.ts';
import { SecretMask } from '../../../engine/runtime/secret/secret-mask.ts';
import { LineSplitter, MAX_LINE_LENGTH } from '../../../executors/line-splitter.ts';
import type { Random } from '../../simulation/random.ts';
import { demand, type FuzzTarget } from '../target.ts';

/** A secret that repeats itself is looked for in time that grows with its length, line by line. */
const MAX_SECRET = 500;

export const log: FuzzTarget = {
  name: 'log',
  draw: (dice) => {
    const secret = drawText(dice, dice.pick([3, 4, 8, 20, 200]));
    const forms = [
      secret,
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
      encodeSafely(secret),
    ];
    const parts = Array.from({ length: dice.int(1, 12) }, () =>
      dice.chance(0.4) ? dice.pick(forms) : drawText(dice, dice.pick([1, 5, 40, 70_000])),
    );
    return [secret, ...parts].join(dice.pick(['', ' ', '\n']));
  },
  check(text) {
    const secret = text.split('\n', 1)[0] ?? '';
    const bytes = Buffer.from(text);
    const lines = linesOf(bytes, bytes.length + 1);
    for (const size of [1, 3, 4_096]) {
      if (size < 100 && bytes.length > 5_000) continue;
      demand(
        JSON.stringify(linesOf(bytes, size)) === JSON.stringify(lines),
        `other lines in chunks of ${size}`,
      );
    }
    demand(
      lines.every((line) => line.length <= MAX_LINE_LENGTH),
      'a line that is too long',
    );
    const mask = new SecretMask([secret.slice(0, MAX_SECRET)]);
    const written: string[] = [];
    const sink = new MaskedLog({ line: (_stream, line) => void written.push(line) }, mask);
    for (const line of lines) sink.line('stdout', line);
    sink.end();
    const wellFormed = Buffer.from(secret.slice(0, MAX_SECRET)).toString();
    if (wellFormed.trim().length < 4 || '***'.includes(wellFormed)) return;
    for (const line of written) demand(!isIn(line, wellFormed), 'a secret in a masked line');
  },
};

/** Not across a mask, which may have been put beside what looks like the secret's other end. */
function isIn(line: string, secret: string): boolean {
  return line.split('***').some((part) => part.includes(secret));
}

function linesOf(bytes: Buffer, size: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
  splitter.end();
  return lines;
}

function drawText(dice: Random, length: number): string {
  const alphabet = dice.pick([
    'a',
    'ab',
    'aAbB09+/=',
    '"\\{}[]\n',
    'é😀\u0000',
    '*',
    'abcdefghijklmnopqrstuvwxyz',
  ]);
  const letters = [...alphabet];
  return Array.from({ length }, () => dice.pick(letters)).join('');
}

function encodeSafely(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
