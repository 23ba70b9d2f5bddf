import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileText, places } from './diagnose.ts';

/** Code and line of the first diagnostic; the plans must be none. */
function refusal(text: string): string {
  const { plans, diagnostics } = compileText(text);
  expect(plans).toEqual([]);
  return `${diagnostics[0]?.code}@${diagnostics[0]?.line}`;
}

describe('files that are no workflow', () => {
  it('are refused when they hold nothing', () => {
    for (const text of ['', '\n\n', '# only a comment\n', '---\n', '\uFEFF', '---\n---\n']) {
      expect(refusal(text), JSON.stringify(text)).toBe('empty_file@1');
    }
  });

  it('are refused when they are not text', () => {
    expect(refusal('tasks:\n  a: \u0000')).toBe('not_text@2');
    expect(refusal(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x01]).toString('utf8'))).toBe(
      'not_text@1',
    );
    expect(refusal(Buffer.from('tasks: {}', 'utf16le').toString('utf8'))).toBe('not_text@1');
  });

  it('are refused above 1 MB without being parsed', () => {
    expect(refusal(`tasks: {}\n#${'x'.repeat(1_000_000)}`)).toBe('too_large@1');
    expect(refusal(`# ${'ä'.repeat(600_000)}`)).toBe('too_large@1');
  });
});

describe('nesting', () => {
  const deep = (depth: number) =>
    `tasks: { a: { uses: transform, with: { value: { v: ${'['.repeat(depth)}1${']'.repeat(depth)} } } } }`;

  it('is taken to a depth of 64', () => {
    expect(compileText(deep(58)).diagnostics).toEqual([]);
    expect(refusal(deep(70))).toBe('too_deep@1');
  });

  it('cannot exhaust the stack, in any style, even in a file of the largest size', () => {
    for (const unit of ['[', '{a: ', '- ', '? ', '[{']) {
      expect(refusal(unit.repeat(Math.floor(900_000 / unit.length))), unit).toBe('too_deep@1');
    }
    const stairs = Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
    expect(refusal(stairs)).toBe('too_deep@65');
  });

  it('within a script does not count', () => {
    const script = `tasks:\n  a:\n    run: |\n${Array.from({ length: 100 }, (_, i) => `      ${' '.repeat(i)}echo "[[[{{{"`).join('\n')}\n`;
    expect(compileText(script).diagnostics).toEqual([]);
  });
});

describe('aliases', () => {
  it('are expanded', () => {
    const { plans, diagnostics } = compileText(
      'tasks:\n  a: { run: x, env: &e { A: 1 } }\n  b: { run: x, env: *e }\n',
    );
    expect(diagnostics).toEqual([]);
    expect(plans[0]?.tasks[1]?.env).toEqual({ A: 1 });
  });

  it('cannot be used as a bomb', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) =>
        `  - &l${i} [${i === 0 ? 'x' : `*l${i - 1}`},${Array(9).fill(i === 0 ? 'x' : `*l${i - 1}`)}]\n`,
    );
    expect(refusal(`tasks: { a: { uses: noop } }\nx:\n${levels.join('')}`)).toBe('too_many_nodes@3');
    expect(refusal(`tasks: { a: &a { uses: noop } }\nx: [${Array(101).fill('*a')}]\n`)).toBe(
      'too_many_aliases@2',
    );
  });
});

describe('the number of values', () => {
  it('is bounded', () => {
    expect(refusal(`tasks:\n  a: { uses: transform, with: { value: [${'1,'.repeat(201_000)}] } }\n`)).toBe(
      'too_many_nodes@2',
    );
  });
});

describe('anything else', () => {
  it('never makes it throw, whatever the text', () => {
    const words = [
      'tasks:',
      '  a:',
      '\n',
      '    run: x',
      '${{',
      '}}',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ': ',
      '"',
      "'",
      '&a',
      '*a',
      '!t',
      '|',
      '>',
      '#',
      '%',
      '---',
      '...',
      '\t',
      'needs',
      'foreach',
      'inputs.x',
      '?',
      ',',
      '1',
      'null',
      '__proto__',
    ];
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join('')),
      fc
        .array(fc.constantFrom(...words), { maxLength: 40 })
        .map((parts) => `tasks:\n  a:\n    ${parts.join(' ')}`),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { diagnostics, plans } = compileText(source);
        expect(plans.length + diagnostics.length).toBeGreaterThan(0);
        for (const { line, column, length } of diagnostics)
          expect(Math.min(line, column, length)).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('never makes it throw, whatever part of a good file is cut, doubled or replaced', () => {
    const good = `name: w
inputs: { year: { type: integer, default: 2014 } }
defaults: { retry: 2, timeout: 2m }
tasks:
  a: { run: [node, "\${{ inputs.year }}"], artifacts: { csv: w.csv } }
  b:
    foreach: \${{ tasks.a.outputs.months }}
    if: item > 2 && !false
    run: |
      echo "$X"
    env: { X: "\${{ item }}" }
  c: { needs: [a, { task: b, when: [success, skipped] }], uses: noop, trigger_rule: all_done }
outputs: { x: "\${{ tasks.a.artifacts.csv }}" }
`;
    expect(compileText(good).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const change = fc.tuple(
      fc.nat(good.length),
      fc.nat(30),
      fc.constantFrom('', '\n', ' ', '"', '{', ': ', '- ', '${{', '*', '5'),
    );
    fc.assert(
      fc.property(change, ([at, count, put]) => {
        const { plans, diagnostics } = compileText(good.slice(0, at) + put + good.slice(at + count));
        const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
        expect(plans.length === 0).toBe(hasErrors);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves the prototype of objects alone', () => {
    const { diagnostics } = compileText(
      '__proto__: { polluted: true }\ntasks: { __proto__: { run: x }, constructor: { run: x, env: { __proto__: 1 } } }\n',
    );
    expect(places(diagnostics)).toEqual(['reserved_name@1:1', 'reserved_name@2:63']);
    expect('polluted' in {}).toBe(false);
  });
});
