/** The report of tests as JUnit XML, which every CI system reads. */
import type { FileReport, TestReport } from '../../testing/run-test-file.ts';
import { totalsOf } from './text.ts';

export function junitReport(reports: readonly FileReport[]): string {
  const suites = reports.map(suiteOf);
  const { passed, failed, skipped } = totalsOf(reports);
  const errors = reports.filter(isRefused).length;
  const head = attributes({
    name: 'sluice test',
    tests: passed + failed + skipped,
    failures: failed,
    errors,
    skipped,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${suites.join('')}</testsuites>\n`;
}

/** The file, or its workflow, has mistakes: none of its tests was run. */
export function isRefused({ diagnostics, workflow }: FileReport): boolean {
  return [...diagnostics, ...(workflow?.diagnostics ?? [])].some(({ severity }) => severity === 'error');
}

function suiteOf(report: FileReport): string {
  const { file, tests } = report;
  const { passed, failed, skipped } = totalsOf([report]);
  const mistakes = isRefused(report);
  const head = attributes({
    name: file.path,
    tests: passed + failed + skipped + (mistakes ? 1 : 0),
    failures: failed,
    errors: mistakes ? 1 : 0,
    skipped,
    time: seconds(tests.reduce((sum, { tookMs }) => sum + tookMs, 0)),
  });
  const cases = tests.map((test) => caseOf(file.path, test));
  return `  <testsuite${head}>\n${mistakes ? errorCase(report) : ''}${cases.join('')}  </testsuite>\n`;
}

function errorCase({ file, diagnostics, workflow }: FileReport): string {
  const found = [...diagnostics, ...(workflow?.diagnostics ?? [])].filter(
    ({ severity }) => severity === 'error',
  );
  const text = found
    .map((one) => `${one.file}:${one.line}:${one.column} ${one.code} ${one.message}`)
    .join('\n');
  const message = `${found.length} ${found.length === 1 ? 'mistake' : 'mistakes'}; no test was run`;
  return `    <testcase${attributes({ classname: file.path, name: 'the file can be used' })}>\n      <error${attributes({ message })}>${xmlText(text)}</error>\n    </testcase>\n`;
}

function caseOf(path: string, { name, line, outcome, unmet, tookMs, reason }: TestReport): string {
  const head = attributes({ classname: path, name, file: path, line, time: seconds(tookMs) });
  if (outcome === 'passed') return `    <testcase${head}/>\n`;
  if (outcome === 'skipped')
    return `    <testcase${head}><skipped${reason === undefined ? '' : attributes({ message: reason })}/></testcase>\n`;
  const text = unmet
    .map(
      (one) =>
        `${path}:${one.line}:${one.column} ${one.message}${one.why === undefined ? '' : `\n  ${one.why}`}`,
    )
    .join('\n');
  const message = unmet[0]?.message ?? 'failed';
  return `    <testcase${head}>\n      <failure${attributes({ message })}>${xmlText(text)}</failure>\n    </testcase>\n`;
}

function attributes(values: { readonly [name: string]: string | number }): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${xmlText(String(value)).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`,
    )
    .join('');
}

/** XML holds no control characters but tab and line break, and no half of a surrogate pair. */
function xmlText(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '?')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
