import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../../dsl/index.ts';
import { compileText, places, unmark } from './diagnose.ts';
import { MISTAKES } from './mistakes.ts';

/** Codes that other tests of this folder provoke, since a row cannot. */
const ELSEWHERE = [
  'not_text',
  'empty_file',
  'too_large',
  'too_deep',
  'too_many_nodes',
  'too_many_aliases',
  'too_many_mistakes',
  'child_invalid',
  'too_many_edges',
];

describe('each kind of mistake', () => {
  for (const [i, { code, text, says, severity = 'error', others, plans: plansLeft }] of MISTAKES.entries()) {
    it(`${code} (${i}) is found where it stands, with what to do`, () => {
      const expected = unmark(text);
      const expectedPlans = plansLeft ?? (severity === 'error' ? 0 : 1);
      const { diagnostics, plans } = compileText(expected.text);
      const found = diagnostics.find((one) => one.code === code && one.line === expected.line);
      expect(found, JSON.stringify(diagnostics, null, 1)).toBeDefined();
      if (!found) return;
      expect(places([found])).toEqual([`${code}@${expected.line}:${expected.column}`]);
      if (!others) expect(diagnostics.map((one) => one.message)).toEqual([found.message]);
      if (expected.length > 0 && !others) expect(found.length).toBe(expected.length);
      expect(`${found.message} ${found.hint ?? ''}`).toContain(says);
      expect(found.message).toMatch(/[.]$/);
      expect(found.severity).toBe(severity);
      expect(plans).toHaveLength(expectedPlans);
    });
  }

  it('covers every code', () => {
    const covered = new Set<string>([...MISTAKES.map(({ code }) => code), ...ELSEWHERE]);
    expect(Object.keys(DIAGNOSTIC_CODES).filter((code) => !covered.has(code))).toEqual([]);
  });
});

describe('what a diagnostic offers to write', () => {
  const mended = MISTAKES.flatMap(({ text }) => {
    const { text: written } = unmark(text);
    return compileText(written).diagnostics.flatMap((one) => (one.fix === undefined ? [] : { written, one }));
  });

  it('is there where it is clear', () => {
    const codes = new Set(mended.map(({ one }) => one.code));
    for (const code of [
      'unknown_key',
      'unknown_task',
      'wrong_value',
      'bad_duration',
      'bad_name',
      'missing_braces',
    ])
      expect(codes).toContain(code);
  });

  it.each(mended)('mends $one.code: $one.fix', ({ written, one: { line, column, length, fix, ...one } }) => {
    const lines = written.split('\n');
    const before = lines[line - 1] ?? '';
    lines[line - 1] = before.slice(0, column - 1) + fix + before.slice(column - 1 + length);
    const left = compileText(lines.join('\n')).diagnostics;
    expect(left.filter((found) => found.code === one.code && found.message === one.message)).toEqual([]);
    expect(left.filter(({ code }) => code.startsWith('yaml_'))).toEqual([]);
  });
});

describe('all mistakes at once', () => {
  it('reports each of many in one go, in the order of the file', () => {
    const { diagnostics, plans } = compileText(`name: Bad name
lables: { a: b }
inputs:
  year: { type: integr }
tasks:
  a:
    run: echo \${{ inputs.year }}
    timeout: 30
    retrys: 3
    needs: [b, nope]
  b:
    if: !success()
    uses: htp
    with: { a: \${{ inputs.x }} }
  c:
    run: [echo, "\${{ inputs.yeer }}"]
    if: 'x' == inputs.year
    description: Note: this
  d:
    needs: d
    run: echo
`);
    expect(places(diagnostics)).toEqual([
      'bad_name@1:7',
      'unknown_key@2:1',
      'wrong_value@4:17',
      'expression_in_script@7:15',
      'bare_duration@8:14',
      'unknown_key@9:5',
      'unknown_task@10:16',
      'yaml_negation@12:9',
      'unknown_executor@13:11',
      'yaml_unquoted_expression@14:16',
      'unknown_input@16:22',
      'yaml_text_after_quote@17:9',
      'yaml_colon@18:18',
      'self_reference@20:12',
    ]);
    expect(plans).toEqual([]);
  });

  it('does not let one mistake cause others: a misspelt type leaves its input declared', () => {
    const { diagnostics } = compileText(
      'inputs: { n: { type: intt } }\ntasks: { a: { run: [echo, "${{ inputs.n }}"] } }\n',
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['wrong_value']);
  });

  it('keeps the plans of documents without mistakes', () => {
    const { plans, diagnostics } = compileText(
      'name: a\ntasks: { a: { run: x } }\n---\nname: b\ntasks: { a: { run: x, nedes: y } }\n---\nname: c\ntasks: { a: { run: x } }\n',
    );
    expect(plans.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(places(diagnostics)).toEqual(['unknown_key@5:23']);
  });

  it('shows a bounded number and says how many are left', () => {
    const { diagnostics, plans } = compileText(
      `tasks:\n${Array.from({ length: 500 }, (_, i) => `  t${i}: { run: x, nedes: y }\n`).join('')}`,
    );
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)).toMatchObject({ code: 'too_many_mistakes', severity: 'error' });
    expect(diagnostics.at(-1)?.message).toContain('300 more');
    expect(plans).toEqual([]);
  });
});

describe('positions', () => {
  it('point into quoted, escaped and folded texts', () => {
    const at = (line: string) => places(compileText(`tasks:\n  a:\n    run: x\n    ${line}\n`).diagnostics);
    expect(at(`env: { A: 'it''s \${{ inputs.x }}' }`)).toEqual(['unknown_input@4:26']);
    expect(at(`env: { A: "a\\tb\\u0041 \${{ inputs.x }}" }`)).toEqual(['unknown_input@4:31']);
    expect(at(`if: >\n      run.id &&\n      inputs.x\n`)).toEqual(['unknown_input@6:7']);
    expect(at(`if: \${{ inputs.x && inputs.y }}`)).toEqual(['unknown_input@4:13', 'unknown_input@4:25']);
  });

  it('are the same with Windows line ends and with a byte order mark', () => {
    const text = 'tasks:\n  a:\n    run: x\n    timeout: 30\n';
    const expected = ['bare_duration@4:14'];
    expect(places(compileText(text).diagnostics)).toEqual(expected);
    expect(places(compileText(text.replaceAll('\n', '\r\n')).diagnostics)).toEqual(expected);
    expect(places(compileText(`\uFEFF${text}`).diagnostics)).toEqual(expected);
  });
});

describe('files that a task names', () => {
  it('are asked for, and warned of when they are not there', () => {
    const text =
      'tasks:\n  a: { uses: module, with: { file: ./a.ts } }\n  b: { uses: module, with: { file: ./b.ts } }\n';
    const { diagnostics, plans } = compileText(text, { fileExists: (path) => path === './a.ts' });
    expect(places(diagnostics)).toEqual(['file_not_found@3:36']);
    expect(plans).toHaveLength(1);
  });
});
