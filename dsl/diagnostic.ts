/** One mistake, or one warning, at a place in a file. */
import type { DiagnosticCode } from './diagnostic-code.ts';

export interface SourceFile {
  /** Shown in diagnostics; the workflow's default name is taken from it. */
  readonly path: string;
  readonly text: string;
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  /** Sentences that say what is wrong. */
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** Units to underline on that line, at least 1. */
  readonly length: number;
  /** What to write instead. */
  readonly hint?: string;
  /** YAML that mends it in the place of what is underlined. Absent where a person has to decide. */
  readonly fix?: string;
}

/** A stretch of the source text, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}
