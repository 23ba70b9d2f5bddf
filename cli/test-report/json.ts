/** The report of tests for programs. A contract: names change only with a new `format`. */
import type { FileReport } from '../../testing/run-test-file.ts';
import { totalsOf } from './text.ts';

export function jsonReport(reports: readonly FileReport[]): string {
  const files = reports.map(fileJson);
  return JSON.stringify({ format: 1, ...totalsOf(reports), files }, null, 2);
}

export function fileJson({ file, diagnostics, workflow, tests }: FileReport) {
  return {
    file: file.path,
    diagnostics: [...diagnostics, ...(workflow?.diagnostics ?? [])],
    tests: tests.map(({ tookMs, virtualMs, unmet, ...rest }) => ({
      ...rest,
      duration_ms: Math.round(tookMs * 10) / 10,
      virtual_ms: virtualMs,
      unmet: unmet.map(({ path, ...one }) => ({ ...one, at: path.join('.') })),
    })),
  };
}
