import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Noun } from '../../dsl/known-key.ts';
import { keysOf } from '../../dsl/schema/noun.ts';
import { triggerRuleTable } from '../../dsl/trigger-rule-table.ts';
import { evaluate, FUNCTIONS, parseExpression } from '../../engine/core/expression/index.ts';
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

/** Heading, noun, and which of the tables of keys it is. */
const SECTIONS: readonly (readonly [heading: string, noun: Noun, table?: number])[] = [
  ['Workflow keys', 'workflow'],
  ['Task keys', 'task'],
  ['Defaults', 'defaults'],
  ['Needs', 'need'],
  ['Fan-outs', 'matrix'],
  ['Retry', 'retry'],
  ['Repeat', 'repeat'],
  ['Limits', 'concurrency', 0],
  ['Limits', 'run_concurrency', 1],
  ['Limits', 'rate_limit', 2],
  ['Cache', 'cache'],
  ['The end of a run', 'compensate'],
  ['Triggers', 'trigger', 0],
  ['Triggers', 'after', 1],
  ['Triggers', 'webhook', 2],
  ['Triggers', 'kafka', 3],
  ['Notifications', 'notify', 0],
  ['Notifications', 'callback', 1],
  ['Retention', 'retention'],
  ['Declarations', 'value'],
];

/** The tables of a text that list keys. */
function keyTables(text: string): string[] {
  return text.split(/^(?=\| key)/m).slice(1);
}

describe('docs/language.md', () => {
  for (const [heading, noun, table = 0] of SECTIONS) {
    it(`lists under "${heading}" the keys of ${noun} that there are, and no others`, () => {
      const [text = ''] = keyTables(section(heading)).slice(table);
      expect([...firstColumn(text)].sort()).toEqual([...keysOf(noun)].sort());
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
      expect(plans).toHaveLength(block.split('\n---\n').length);
    }
  });
});

describe('docs/from-github-actions.md', () => {
  it('has examples that compile without a word', () => {
    for (const block of yamlBlocks(read('from-github-actions.md')))
      expect(compileText(block).diagnostics, block).toEqual([]);
  });

  it.each(['success()', 'failure()', 'always()', 'cancelled()'])(
    '%s is answered with the rule to use',
    (call) => {
      const [found] = compileText(`tasks: { a: { run: x, if: "${call}" } }`).diagnostics;
      expect(found?.code).toBe('expression_syntax');
      expect(`${found?.message} ${found?.hint}`).toMatch(/trigger_rule|on_failure|all_done/);
    },
  );

  it.each([
    ["'' == 0 && null == '' && 0 == null", true],
    ["'A' == 'a'", true],
    ["equals('A', 'a')", false],
    ["default(inputs.none, 'x')", 'x'],
    ['toJSON(1)', '1'],
    ['fromJSON(\'[{"b":1},{"b":2}]\').*.b', [1, 2]],
    ["false || 'right'", 'right'],
    ["'' || 'right'", 'right'],
  ])('%s is as the page says', (expression, value) => {
    const scope = {
      now: 0,
      get: (name: string) => (name === 'inputs' ? {} : undefined),
      keys: () => ['inputs'],
    };
    expect(evaluate(parseExpression(expression), scope)).toEqual(value);
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
