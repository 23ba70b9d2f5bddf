import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../dsl/index.ts';
import { compileText } from './diagnose.ts';

function rendered(text: string, color = false): string {
  return renderDiagnostics(compileText(text).diagnostics, { path: 'flow.yaml', text }, { color });
}

describe('rendering', () => {
  it('shows place, code, sentence, line, caret, fix and the totals', () => {
    expect(
      rendered('tasks:\n  a:\n    run: x\n    timeout: 30\n    retrys: 3\n'),
    ).toBe(`flow.yaml:4:14 error bare_duration \`timeout\` is a duration and needs a unit, but this is the number 30.
4 |     timeout: 30
  |              ^^
  = Write 30s for seconds, or 30m for minutes.

flow.yaml:5:5 error unknown_key There is no key \`retrys\` in a task.
5 |     retrys: 3
  |     ^^^^^^
  = Did you mean \`retry\`?

2 errors
`);
  });

  it('is empty without diagnostics', () => {
    expect(rendered('tasks: { a: { run: x } }')).toBe('');
  });

  it('puts the caret under wide characters and behind tabs', () => {
    const [, source, caret] = rendered('tasks:\n  a: { run: x, description: 気温, nedes: b }\n').split('\n');
    // Two columns for each of the two wide characters.
    expect((caret?.indexOf('^') ?? 0) - (source?.indexOf('nedes') ?? 0)).toBe(2);
    const tabbed = rendered('tasks:\n  a: { run: x,\t\tnedes: b }\n').split('\n');
    expect(tabbed[1]).not.toContain('\t');
    expect(tabbed[2]?.indexOf('^')).toBe(tabbed[1]?.indexOf('nedes'));
  });

  it('shows only a window of a very long line, with the mistake in it', () => {
    const [, source, caret] = rendered(`tasks: { a: { run: [${'xxxx, '.repeat(500)}x], nedes: b } }\n`).split(
      '\n',
    );
    expect(source?.length).toBeLessThan(140);
    expect(source?.slice(caret?.indexOf('^')).startsWith('nedes')).toBe(true);
  });

  it('lets no file steer the terminal', () => {
    const text = 'tasks:\n  "a\\e[31m\\u202e": { run: x }\n';
    expect(rendered(text)).not.toMatch(/[\u001b\u202e]/);
    expect(rendered('tasks:\n  a\u009b31m: { run: x }\n')).not.toMatch(/\u009b/);
  });

  it('has colors only when asked to', () => {
    const text = 'tasks:\n  a: { run: x, nedes: b }\n';
    expect(rendered(text)).not.toContain('\u001b[');
    expect(rendered(text, true)).toContain('\u001b[31m');
  });
});
