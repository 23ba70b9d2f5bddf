/** Test files as text → what stands in them, or all mistakes at once, each at its place. */
import { toData } from '../../dsl/data.ts';
import { describeValue } from '../../dsl/describe-value.ts';
import type { Diagnostic, SourceFile } from '../../dsl/diagnostic.ts';
import { MAX_NODES } from '../../dsl/limits.ts';
import { parseDocuments } from '../../dsl/parse.ts';
import { Report } from '../../dsl/report.ts';
import { SourceDocument } from '../../dsl/source-document.ts';
import { isJsonObject } from '../../engine/core/json.ts';
import { reportIssues } from './issue.ts';
import { type TestFileSource, testFile } from './schema.ts';

export interface ReadTestFile {
  readonly report: Report;
  /** Absent when the text is no map at all. */
  readonly document?: SourceDocument;
  /** Absent when anything is wrong. */
  readonly source?: TestFileSource;
}

export function readTestFile({ path, text }: SourceFile): ReadTestFile {
  const report = new Report({ path, text: text.replace(/^\uFEFF/, '') });
  const [yaml, second] = parseDocuments(report);
  const data = yaml === undefined ? undefined : toData(report, yaml, { left: MAX_NODES });
  if (yaml === undefined || data === undefined) return { report };
  const document = new SourceDocument(report, yaml, isJsonObject(data) ? data : Object.create(null));
  if (!isJsonObject(data)) {
    const message = `A test file is a map of keys such as \`tests\`, but this is ${describeValue(data)}.`;
    document.error({ code: 'wrong_type', path: [], message });
    return { report };
  }
  if (second !== undefined) {
    const at = () => ({ offset: second.range[0], length: 3 });
    const message = 'A test file is one YAML document; this begins another.';
    report.add({ code: 'yaml_syntax', message, hint: 'Put it in a file of its own.', at });
  }
  const checked = testFile.safeParse(data);
  if (!checked.success) reportIssues(document, checked.error.issues);
  return report.errors > 0 || !checked.success
    ? { report, document }
    : { report, document, source: checked.data };
}

/** The diagnostics, with the words of test files where the reader speaks of workflows. */
export function diagnosticsOf(report: Report): Diagnostic[] {
  return report.diagnostics().map((one) => {
    if (one.code !== 'empty_file') return one;
    return { ...one, message: 'The file holds no tests.', hint: 'Write at least `tests:` with one test.' };
  });
}
