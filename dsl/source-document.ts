/** One YAML document of a file with its data; findings are given by path and land at the right place of the file. */
import type { JsonObject } from '../engine/core/json.ts';
import type { Span } from './diagnostic.ts';
import type { DiagnosticCode } from './diagnostic-code.ts';
import type { YamlDocument } from './parse.ts';
import { locateKey, locateValue, locateWithin, type Path } from './position.ts';
import type { Report } from './report.ts';

export interface PathFinding {
  readonly code: DiagnosticCode;
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  /** As a diagnostic has it. */
  readonly fix?: string | undefined;
  /** Underline the key of the last step instead of its value. */
  readonly onKey?: boolean;
  /** Underline only this stretch of the text value. */
  readonly within?: Span | undefined;
}

/** Where a path of the data stands in the source: what a task has from a template stands there. */
export type Origin = (path: Path) => Path;

export class SourceDocument {
  readonly report: Report;
  readonly yaml: YamlDocument;
  /** The document as data: objects without prototype. */
  readonly data: JsonObject;
  readonly #origin: Origin;

  constructor(report: Report, yaml: YamlDocument, data: JsonObject, origin: Origin = (path) => path) {
    this.report = report;
    this.yaml = yaml;
    this.data = data;
    this.#origin = origin;
  }

  /** Whether nothing in this document is wrong; warnings may be there. */
  get isClean(): boolean {
    const [from, , to] = this.yaml.range;
    return this.report.isClean(from, Math.max(to, from + 1));
  }

  error(finding: PathFinding): void {
    this.report.add({ ...finding, severity: 'error', at: () => this.#locate(finding) });
  }

  warn(finding: PathFinding): void {
    this.report.add({ ...finding, severity: 'warning', at: () => this.#locate(finding) });
  }

  #locate({ path: named, onKey, within }: PathFinding): Span {
    const path = this.#origin(named);
    if (within) return locateWithin(this.yaml, this.report.file.text, path, within);
    return onKey ? locateKey(this.yaml, path) : locateValue(this.yaml, path);
  }
}
