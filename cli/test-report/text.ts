/** The report of tests for people: a line a test; of those that failed, where, what was expected, and why it came out so. */
import type { FileReport, LocatedUnmet, TestReport } from '../../testing/run-test-file.ts';
import type { Colors } from '../host.ts';
import { plainText } from '../view/plain-text.ts';

const MARKS = { passed: '✓', failed: '✗', skipped: '⊘' } as const;

export function testLines(report: FileReport, colors: Colors): string[] {
  return report.tests.flatMap((test) => [
    headLine(report, test, colors),
    ...unmetLines(report, test, colors),
  ]);
}

function headLine({ file }: FileReport, test: TestReport, colors: Colors): string {
  const tints = { passed: colors.green, failed: colors.red, skipped: colors.yellow };
  const rest = test.outcome === 'skipped' ? (test.reason ?? 'skipped') : `${Math.round(test.tookMs)} ms`;
  const name = `${colors.dim(`${plainText(file.path)} ›`)} ${plainText(test.name)}`;
  return `${tints[test.outcome](MARKS[test.outcome])} ${name} ${colors.dim(`(${plainText(rest)})`)}`;
}

function unmetLines({ file }: FileReport, test: TestReport, colors: Colors): string[] {
  const lines = file.text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return test.unmet.flatMap((unmet) =>
    blockOf(unmet, lines[unmet.line - 1] ?? '', { path: file.path, colors }),
  );
}

function blockOf(
  { line, column, message, why }: LocatedUnmet,
  source: string,
  { path, colors }: { readonly path: string; readonly colors: Colors },
): string[] {
  const gutter = String(line);
  const blank = ' '.repeat(gutter.length);
  // Long lines are shown from a little before the place on.
  const from = column > 80 ? column - 40 : 0;
  const shown = plainText(source.slice(from, from + 120).replaceAll('\t', ' '));
  return [
    `  ${colors.bold(`${plainText(path)}:${line}:${column}`)} ${plainText(message)}`,
    `  ${colors.dim(`${gutter} |`)} ${shown}`,
    `  ${colors.dim(`${blank} |`)} ${' '.repeat(column - 1 - from)}${colors.red('^')}`,
    ...(why === undefined ? [] : [`  ${colors.dim(`${blank} =`)} ${plainText(why)}`]),
  ];
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function totalsOf(reports: readonly FileReport[]): Totals {
  const count = (outcome: TestReport['outcome']) =>
    reports.flatMap(({ tests }) => tests).filter((test) => test.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

export function totalLine({ passed, failed, skipped }: Totals, files: number, tookMs: number): string {
  const parts = [`${passed} passed`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  return `${parts.join(', ')} (${files === 1 ? '1 file' : `${files} files`}, ${Math.round(tookMs)} ms)`;
}
