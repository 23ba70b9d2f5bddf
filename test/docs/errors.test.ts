/** docs/errors.md lists every code with the sentence of the source, and none besides. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../../dsl/diagnostic-code.ts';
import { SLUICE_ERROR_CODES, TASK_ERROR_CODES } from '../../engine/core/errors.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

describe.each([
  ['Why an attempt failed', TASK_ERROR_CODES],
  ['What a call answers', SLUICE_ERROR_CODES],
  ['Diagnostics of a workflow file', DIAGNOSTIC_CODES],
])('docs/errors.md, "%s"', (title, codes: Readonly<Record<string, string>>) => {
  it('is the list in the source', () => {
    const section = page.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
    const rows = [...section.matchAll(/^\| `([a-z_]+)` \| (.*) \|$/gm)].map(([, code, text]) => [code, text]);
    expect(rows).toEqual(Object.entries(codes));
  });
});
