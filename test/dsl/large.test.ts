import { describe, expect, it } from 'vitest';
import { compileText } from './diagnose.ts';

/** Compiles, and tells the processor time it took, which other processes of the machine change little. */
function timed(label: string, text: string) {
  const before = process.cpuUsage();
  const compiled = compileText(text);
  const { user, system } = process.cpuUsage(before);
  const ms = Math.round((user + system) / 1_000);
  console.log(`${label}: ${Math.round(text.length / 1_000)} kB, ${ms} ms of processor time`);
  // The promise is 2 s on a free machine; the bound here only catches a wrong order of growth.
  expect(ms).toBeLessThan(20_000);
  return compiled;
}

const times = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

describe('large workflows', () => {
  it('of 10,000 tasks compile, with written needs and references', () => {
    const text = `tasks:\n${times(10_000, (i) => {
      const needs = i > 6 ? `\n    needs: [t${i - 1}, t${i - 7}]` : '';
      const reference = i > 20 ? `, "\${{ tasks.t${i - 20}.outputs.x }}"` : '';
      return `  t${i}:${needs}\n    run: [echo${reference}]\n`;
    })}`;
    const { plans, diagnostics } = timed('10,000 tasks', text);
    expect(diagnostics).toEqual([]);
    expect(plans[0]?.tasks).toHaveLength(10_000);
    expect(plans[0]?.tasks[9_999]?.edges).toEqual([
      { from: 9_998 },
      { from: 9_992 },
      { from: 9_979, data: true },
    ]);
  });

  it('that fan out and join over 5,000 tasks compile', () => {
    const text = `tasks:\n  start: { run: x }\n${times(5_000, (i) => `  w${i}: { needs: start, run: x }\n`)}  end:\n    needs: [${times(5_000, (i) => `w${i},`)}]\n    run: x\n`;
    const { plans, diagnostics } = timed('fan-out of 5,000', text);
    expect(diagnostics).toEqual([]);
    expect(plans[0]?.tasks.at(-1)?.edges).toHaveLength(5_000);
  });

  it('with a circle of 5,000 tasks show it shortened', () => {
    const text = `tasks:\n${times(5_000, (i) => `  t${i}: { needs: t${(i + 4_999) % 5_000}, run: x }\n`)}`;
    const { plans, diagnostics } = timed('circle of 5,000', text);
    expect(plans).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['cycle']);
    expect(diagnostics[0]?.message.length).toBeLessThan(250);
    expect(diagnostics[0]?.message).toContain('more …');
  });

  it('with a mistake in each of 5,000 tasks stay readable', () => {
    const { diagnostics } = timed(
      '5,000 mistakes',
      `tasks:\n${times(5_000, (i) => `  t${i}: { needs: u${i}, run: x, iff: y }\n`)}`,
    );
    expect(diagnostics).toHaveLength(201);
  });

  it('that undo on both sides of a task without compensation are told so, not exploded', () => {
    const undone = (i: number, key: string) => `  ${key}${i}: { run: x, compensate: { run: y }`;
    const text = `tasks:\n${times(1_000, (i) => `${undone(i, 'a')} }\n`)}  join: { needs: [${times(1_000, (i) => `a${i},`)}], run: x }\n${times(1_000, (i) => `${undone(i, 'b')}, needs: join }\n`)}`;
    expect(timed('2,000 compensations', text).diagnostics.map(({ code }) => code)).toEqual([
      'too_many_edges',
    ]);
    const mended = text.replace('], run: x }', '], run: x, compensate: { uses: noop } }');
    const { plans, diagnostics } = timed('2,001 compensations', mended);
    expect(diagnostics).toEqual([]);
    expect(plans[0]?.tasks).toHaveLength(4_002);
  });

  it('of the shape of a mosaic of pictures compile: projections, differences of neighbours, joins, a tree of tables', () => {
    const width = 400;
    const text = `tasks:
${times(width, (i) => `  project_${i}: { run: [project, "${i}"], artifacts: { image: p.fits } }\n`)}
${times(width - 1, (i) => `  diff_${i}:\n    run: [diff, a, b]\n    files: { a: "\${{ tasks.project_${i}.artifacts.image }}", b: "\${{ tasks.project_${i + 1}.artifacts.image }}" }\n`)}
  concat: { needs: [${times(width - 1, (i) => `diff_${i},`)}], run: concat }
  background: { needs: concat, run: bg }
${times(width, (i) => `  correct_${i}: { needs: [background, project_${i}], run: [correct] }\n`)}
  table: { needs: [${times(width, (i) => `correct_${i},`)}], run: table }
  mosaic: { needs: table, run: add }
`;
    const { plans, diagnostics } = timed('mosaic', text);
    expect(diagnostics).toEqual([]);
    expect(plans[0]?.tasks).toHaveLength(3 * width + 3);
  });
});
