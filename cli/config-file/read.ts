/** The text of a `sluice.config.yaml` → its settings, or all mistakes at once, each at its place. */
import { toData } from '../../dsl/data.ts';
import { describeValue } from '../../dsl/describe-value.ts';
import type { Diagnostic, SourceFile } from '../../dsl/diagnostic.ts';
import { MAX_NODES } from '../../dsl/limits.ts';
import { parseDocuments } from '../../dsl/parse.ts';
import { Report } from '../../dsl/report.ts';
import { flatten, type Issue, pathOf, valueAt } from '../../dsl/schema-issue/union.ts';
import { type PathFinding, SourceDocument } from '../../dsl/source-document.ts';
import { suggest } from '../../dsl/suggest.ts';
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { expectedWord } from '../../engine/core/schema-words.ts';
import { type ConfigFile, configFile, configJsonSchema } from './schema.ts';

export interface ReadConfigFile {
  /** Absent when anything is wrong. */
  readonly config?: ConfigFile;
  readonly diagnostics: readonly Diagnostic[];
}

export function readConfigFile({ path, text }: SourceFile): ReadConfigFile {
  const report = new Report({ path, text: text.replace(/^\uFEFF/, '') });
  const [yaml] = parseDocuments(report);
  const data = yaml === undefined ? undefined : toData(report, yaml, { left: MAX_NODES });
  if (yaml === undefined || data === undefined) return { diagnostics: diagnosticsOf(report) };
  const document = new SourceDocument(report, yaml, isJsonObject(data) ? data : Object.create(null));
  const checked = configFile.safeParse(data);
  if (!checked.success)
    for (const issue of checked.error.issues.flatMap((one) => flatten(one, valueAt(data, pathOf(one.path)))))
      for (const finding of findingsOf(data, issue)) document.error(finding);
  const diagnostics = diagnosticsOf(report);
  return report.errors > 0 || !checked.success ? { diagnostics } : { config: checked.data, diagnostics };
}

function diagnosticsOf(report: Report): Diagnostic[] {
  return report.diagnostics().map((one) => {
    if (one.code !== 'empty_file') return one;
    return { ...one, message: 'The file holds no settings.', hint: 'Write `redis: …`, or remove the file.' };
  });
}

function findingsOf(data: Json, issue: Issue): PathFinding[] {
  const path = pathOf(issue.path);
  const value = valueAt(data, path);
  const label = path.length === 0 ? 'A configuration' : `\`${path.join('.')}\``;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      code: 'unknown_key',
      path: [...path, key],
      onKey: true,
      message: `A configuration has no setting \`${[...path, key].join('.')}\`.`,
      hint: suggest(key, settingsAt(path)),
    }));
  if (value === null || value === undefined) {
    const hint = 'Give it a value, or remove it.';
    return [{ code: 'empty_value', path, message: `${label} has no value.`, hint }];
  }
  if (issue.code === 'invalid_type') {
    const message = `${label} must be ${expectedWord(issue.expected)}, but this is ${describeValue(value)}.`;
    return [{ code: 'wrong_type', path, message }];
  }
  const isSize = issue.code === 'too_big' || issue.code === 'too_small';
  const hint = isSize
    ? `${issue.message}.`
    : issue.code === 'custom'
      ? `Write it as in ${issue.message}.`
      : undefined;
  return [{ code: 'wrong_value', path, message: `${label} cannot be taken: ${describeValue(value)}.`, hint }];
}

/** Names of the settings in this part of the file. */
function settingsAt(path: readonly (string | number)[]): string[] {
  const known = valueAt(configJsonSchema(), ['properties', ...path.flatMap((step) => [step, 'properties'])]);
  return isJsonObject(known) ? Object.keys(known) : [];
}
