/** docs/explain.md lists the codes that explanations have, no more and no less. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REASON_CODES } from '../../engine/core/explain/index.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'explain.md'), 'utf8');

it('has a row for each code, with its meaning', () => {
  const rows = new Map(
    [...text.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning]),
  );
  expect(Object.fromEntries(rows)).toEqual(REASON_CODES);
});
