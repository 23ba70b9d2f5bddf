/** docs/schedules.md prints the daylight-saving table that the tests execute, and its examples compile. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileText } from '../dsl/diagnose.ts';
import { daylightSavingTable } from '../engine/core/schedule/daylight-saving.ts';

const page = readFileSync(new URL('../../docs/schedules.md', import.meta.url), 'utf8');

describe('docs/schedules.md', () => {
  it('prints the daylight-saving table', () => {
    expect(page).toContain(`\n${daylightSavingTable()}\n`);
  });

  it('has examples that compile without a word', () => {
    const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
    expect(blocks).toHaveLength(2);
    for (const block of blocks) expect(compileText(block).diagnostics, block).toEqual([]);
  });
});
