/**
 * Collects the diagnostics of one file. Nothing is thrown on a mistake: every check adds to the report and goes on.
 * Shows at most `MAX_SHOWN`, so that a broken file of 10,000 tasks stays readable, and says how many were left out.
 */
import type { Diagnostic, SourceFile, Span } from './diagnostic.ts';
import type { DiagnosticCode } from './diagnostic-code.ts';

const MAX_SHOWN = 200;

export type Severity = Diagnostic['severity'];

export interface Finding {
  readonly severity?: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** As a diagnostic has it. */
  readonly fix?: string | undefined;
  /** Where. Asked for only when the finding is shown: finding a place is dearer than finding a mistake. */
  readonly at: () => Span;
}

export class Report {
  readonly file: SourceFile;
  #shown: (Diagnostic & { readonly offset: number })[] = [];
  #seen = new Set<string>();
  #hidden = 0;
  #errors = 0;
  #lineStarts: readonly number[];
  #silencedLines = new Set<number>();

  constructor(file: SourceFile) {
    this.file = file;
    this.#lineStarts = lineStartsOf(file.text);
  }

  get errors(): number {
    return this.#errors;
  }

  /** True once so many are shown that further ones are only counted; checks may then skip dear suggestions. */
  get isFull(): boolean {
    return this.#shown.length >= MAX_SHOWN;
  }

  add({ severity = 'error', code, message, hint, fix, at }: Finding): void {
    if (this.isFull) {
      if (severity === 'error') this.#errors++;
      this.#hidden++;
      return;
    }
    const span = at();
    const { line, column } = this.positionOf(span.offset);
    if (this.#silencedLines.has(line)) return;
    if (severity === 'error') this.#errors++;
    const key = `${code}:${span.offset}:${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const length = this.#lengthOnLine(span, line);
    const place = { file: this.file.path, line, column, length, offset: span.offset };
    // Of what stands on several lines only a part is underlined.
    const isWhole = span.length === length;
    this.#shown.push({
      severity,
      code,
      message,
      ...place,
      ...(hint === undefined ? {} : { hint }),
      ...(fix === undefined || !isWhole ? {} : { fix }),
    });
  }

  /** Further findings on this line are dropped: what is wrong there was said, and the rest would only follow from it. */
  silence(line: number): void {
    this.#silencedLines.add(line);
  }

  isSilenced(line: number): boolean {
    return this.#silencedLines.has(line);
  }

  /** Whether no error stands within the stretch. Errors beyond those shown are taken to stand everywhere. */
  isClean(from: number, to: number): boolean {
    const isWithin = ({ offset }: { offset: number }) => offset >= from && offset < to;
    const found = this.#shown.filter(({ severity }) => severity === 'error');
    return this.#errors === found.length && !found.some(isWithin);
  }

  /** In the order of the source. */
  diagnostics(): Diagnostic[] {
    const sorted = [...this.#shown].sort((a, b) => a.offset - b.offset);
    const shown = sorted.map(({ offset: _offset, ...diagnostic }): Diagnostic => diagnostic);
    const last = shown.at(-1);
    if (this.#hidden === 0 || !last) return shown;
    const message = `${this.#hidden} more mistakes were found. They are shown once those above are mended.`;
    const severity = this.#errors > 0 ? 'error' : 'warning';
    return [...shown, { ...withoutHint(last), severity, code: 'too_many_mistakes', message }];
  }

  /** Line and column of an offset, both from 1. */
  positionOf(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** Offset of the first character of a line. */
  lineStart(line: number): number {
    return this.#lineStarts[line - 1] ?? this.file.text.length;
  }

  /** The text of a line, without its line break. */
  lineText(line: number): string {
    return this.file.text.slice(this.lineStart(line), this.lineStart(line + 1)).replace(/\r?\n$/, '');
  }

  #lengthOnLine({ offset, length }: Span, line: number): number {
    const end = this.lineStart(line) + this.lineText(line).length;
    return Math.max(1, Math.min(length, end - offset));
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function withoutHint({ hint: _hint, fix: _fix, ...rest }: Diagnostic): Diagnostic {
  return rest;
}
