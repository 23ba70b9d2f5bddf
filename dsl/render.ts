/** Diagnostics for a terminal: place, code and sentence, the source line with a caret, and the fix. */
import pc from 'picocolors';
import stringWidth from 'string-width';
import type { Diagnostic, SourceFile } from './diagnostic.ts';

export interface RenderOptions {
  readonly color: boolean;
}

/** Columns of source shown around a mistake. */
const MAX_WIDTH = 120;

/** One block for each diagnostic and a line with the totals; empty without diagnostics. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  file: SourceFile,
  { color }: RenderOptions,
): string {
  if (diagnostics.length === 0) return '';
  const lines = file.text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const paint = pc.createColors(color);
  const blocks = diagnostics.map((one) => renderOne(one, lines[one.line - 1] ?? '', paint));
  return `${blocks.join('\n\n')}\n\n${totals(diagnostics)}\n`;
}

function totals(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity'], word: string) => {
    const number = diagnostics.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`];
  };
  return [...count('error', 'error'), ...count('warning', 'warning')].join(', ');
}

type Paint = ReturnType<typeof pc.createColors>;

function renderOne(diagnostic: Diagnostic, source: string, paint: Paint): string {
  const { severity, code, message, hint, line } = diagnostic;
  const tint = severity === 'error' ? paint.red : paint.yellow;
  const place = `${plain(diagnostic.file)}:${line}:${diagnostic.column}`;
  const frame = frameOf(source, diagnostic);
  const gutter = String(line);
  const blank = ' '.repeat(gutter.length);
  const rows = [
    `${paint.bold(place)} ${tint(severity)} ${paint.dim(code)} ${plain(message)}`,
    `${paint.dim(`${gutter} |`)} ${frame.text}`,
    `${paint.dim(`${blank} |`)} ${frame.lead}${tint('^'.repeat(frame.width))}`,
  ];
  if (hint !== undefined) rows.push(`${paint.dim(`${blank} =`)} ${plain(hint)}`);
  return rows.join('\n');
}

/** The part of the line around the mistake, and the blank and the width of the caret below it, in columns. */
function frameOf(
  source: string,
  { column, length }: Diagnostic,
): { text: string; lead: string; width: number } {
  const from = column - 1 > MAX_WIDTH - 40 ? column - 41 : 0;
  const before = visible(source.slice(from, column - 1));
  const marked = visible(source.slice(column - 1, column - 1 + Math.min(length, MAX_WIDTH)));
  const after = visible(source.slice(column - 1 + marked.length, from + MAX_WIDTH));
  const dots = from > 0 ? '…' : '';
  const width = Math.max(1, stringWidth(marked));
  return { text: `${dots}${before}${marked}${after}`, lead: ' '.repeat(stringWidth(dots + before)), width };
}

/** A line as it may be shown: tabs are spaces, and what would steer the terminal is a question mark. */
function visible(text: string): string {
  return plain(text.replaceAll('\t', ' '));
}

/** Names and values come from a file that somebody else may have written. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, '?');
}
