import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Noun } from '../../dsl/known-key.ts';
import { keysOf } from '../../dsl/schema/noun.ts';
import { triggerRuleTable } from '../../dsl/trigger-rule-table.ts';
import { FUNCTIONS } from '../../engine/core/expression/index.ts';
import { compileText } from './diagnose.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const language = read('language.md');
const rules = read('trigger-rules.md');

/** The text between a heading of the second level and the next. */
function section(heading: string): string {
  const [, text = ''] = language.split(`\n## ${heading}\n`);
  return text.split('\n## ')[0] ?? '';
}

/** The names in the first column of a section's tables. */
function firstColumn(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '');
}

function yamlBlocks(text: string): string[] {
  return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
}

const SECTIONS: readonly (readonly [string, Noun])[] = [
  ['Workflow keys', 'workflow'],
  ['Task keys', 'task'],
  ['Defaults', 'defaults'],
  ['Needs', 'need'],
  ['Fan-outs', 'matrix'],
  ['Retry', 'retry'],
  ['Declarations', 'value'],
];

describe('docs/language.md', () => {
  for (const [heading, noun] of SECTIONS) {
    it(`lists under "${heading}" the keys that there are, and no others`, () => {
      expect([...firstColumn(section(heading))].sort()).toEqual([...keysOf(noun)].sort());
    });
  }

  it('lists under "Functions" those that there are, and no others', () => {
    const rows = [...section('Functions').matchAll(/^\| (`.+`) \|/gm)].map(([, calls]) => calls ?? '');
    const named = rows.map((calls) => [...new Set([...calls.matchAll(/`(\w+)\(/g)].map(([, name]) => name))]);
    expect(named.flat().sort()).toEqual([...FUNCTIONS.keys()].sort());
  });

  it('has examples that compile without a word', () => {
    const blocks = yamlBlocks(language);
    expect(blocks.length).toBeGreaterThan(4);
    for (const block of blocks) {
      const { plans, diagnostics } = compileText(block);
      expect(diagnostics, block).toEqual([]);
      expect(plans).toHaveLength(1);
    }
  });
});

describe('docs/trigger-rules.md', () => {
  it('prints the table that the engine runs on', () => {
    expect(rules).toContain(`\n${triggerRuleTable()}\n`);
  });

  it('has examples that compile without a word', () => {
    for (const block of yamlBlocks(rules)) expect(compileText(block).diagnostics, block).toEqual([]);
  });
});
