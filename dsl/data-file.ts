/** A YAML file that is no workflow but data, as inputs of a run: read by the same rules and limits. */
import type { Json } from '../engine/core/json.ts';
import { toData } from './data.ts';
import type { Diagnostic, SourceFile } from './diagnostic.ts';
import { MAX_NODES } from './limits.ts';
import { parseDocuments } from './parse.ts';
import { Report } from './report.ts';

/** `data` is that of the first document; it is absent when anything is wrong, and the errors say what. */
export interface YamlData {
  readonly data?: Json;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a file of data. Throws nothing on mistakes: all of them are in `diagnostics`. */
export function readYamlData(file: SourceFile): YamlData {
  const report = new Report({ path: file.path, text: file.text.replace(/^\uFEFF/, '') });
  const [document] = parseDocuments(report);
  const data = document === undefined ? undefined : toData(report, document, { left: MAX_NODES });
  const diagnostics = report.diagnostics().map(inWordsOfData);
  return report.errors > 0 || data === undefined ? { diagnostics } : { data, diagnostics };
}

function inWordsOfData(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.code !== 'empty_file') return diagnostic;
  return {
    ...diagnostic,
    message: 'The file holds no data.',
    hint: 'Write `name: value`, or `{}` for none.',
  };
}
