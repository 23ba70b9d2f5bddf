/**
 * YAML's traps: lines that a person reads as one thing and YAML as another. Each gets a diagnostic of its own with the
 * fix. Such a line is then masked by text of the same length, so that the rest of the file is checked in the same go.
 */
import type { YAMLError } from 'yaml';
import type { DiagnosticCode } from './diagnostic-code.ts';
import type { Report } from './report.ts';

interface Trap {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
  /** Columns of the text to mask, from 0, end not included. */
  readonly from: number;
  readonly to: number;
}

/** One trap: what the line holds when the library complains of it, or undefined. */
type Detector = (line: string, problem: YAMLError, column: number) => Trap | undefined;

/** Nobody writes longer lines by hand, and each complaint of a line looks at all of it. */
const MAX_LINE = 2_000;
/** Complaints of one line that are looked at: of a line with a trap the first few tell. */
const MAX_LOOKS = 20;

/** The text with every line masked that holds a trap; the traps are in the report, and these lines are silenced. */
export function maskTraps(report: Report, source: string, problems: readonly YAMLError[]): string {
  const masks: Mask[] = [];
  const done = new Set<number>();
  const looks = new Map<number, number>();
  for (const problem of [...problems].sort((a, b) => a.pos[0] - b.pos[0])) {
    const { line, column } = report.positionOf(problem.pos[0]);
    if (done.has(line) || report.isSilenced(line) || report.lineText(line).length > MAX_LINE) continue;
    const looked = looks.get(line) ?? 0;
    if (looked === MAX_LOOKS) continue;
    looks.set(line, looked + 1);
    const trap = findTrap(report.lineText(line), problem, column - 1);
    if (!trap) continue;
    done.add(line);
    const start = report.lineStart(line);
    const { code, message, hint, from, to } = trap;
    report.add({ code, message, hint, at: () => ({ offset: start + from, length: to - from }) });
    report.silence(line);
    masks.push(...maskOf(report.lineText(line), start));
  }
  return masked(source, masks);
}

function findTrap(line: string, problem: YAMLError, column: number): Trap | undefined {
  for (const detect of DETECTORS) {
    const trap = detect(line, problem, column);
    if (trap) return trap;
  }
  return undefined;
}

/** A text of the same length in place of a part of the source. */
interface Mask {
  readonly start: number;
  readonly text: string;
}

/** Replaces what follows the key of the line by a quoted text. */
function maskOf(line: string, start: number): readonly Mask[] {
  const lead = /^\s*(?:- +)*(?:[\w.-]+:\s+|"[^"]*":\s+)?/.exec(line)?.[0].length ?? 0;
  const length = line.length - lead;
  return length < 2 ? [] : [{ start: start + lead, text: `"${'x'.repeat(length - 2)}"` }];
}

/** `masks` in the order of the source: one pass, for there may be one on every line of a large file. */
function masked(source: string, masks: readonly Mask[]): string {
  let done = 0;
  const pieces = masks.flatMap(({ start, text }) => {
    const between = source.slice(done, start);
    done = start + text.length;
    return [between, text];
  });
  return pieces.join('') + source.slice(done);
}

const unquotedExpression: Detector = (line, problem) => {
  const inFlow = ['UNEXPECTED_TOKEN', 'MISSING_CHAR', 'NON_STRING_KEY', 'BAD_INDENT', 'BLOCK_IN_FLOW'];
  if (!inFlow.includes(problem.code)) return undefined;
  const from = indexOutsideQuotes(line, '${{');
  if (from < 0 || !/[[{,]/.test(line.slice(0, from))) return undefined;
  const end = line.indexOf('}}', from);
  const to = end < 0 ? line.length : end + 2;
  const expression = line.slice(from, to);
  return {
    code: 'yaml_unquoted_expression',
    message: 'Within { } or [ ] of YAML an expression needs quotes: its braces are read as a map.',
    hint: `Write ${quoted(expression)}.`,
    from,
    to,
  };
};

const negation: Detector = (line, problem, column) => {
  if (problem.code !== 'TAG_RESOLVE_FAILED' || line[column] !== '!' || line[column + 1] === '!')
    return undefined;
  const expression = withoutComment(line.slice(column));
  return {
    code: 'yaml_negation',
    message: 'A value that starts with ! is a YAML tag, not an expression.',
    hint: `Write \${{ ${expression} }}.`,
    from: column,
    to: column + expression.length,
  };
};

const textAfterQuote: Detector = (line, problem) => {
  if (problem.code !== 'UNEXPECTED_TOKEN') return undefined;
  const match =
    /^(\s*(?:- +)*[\w.-]+:\s+|\s*(?:- +)+)((?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")\s*[^\s#,\]}].*)$/.exec(line);
  const value = match?.[2] === undefined ? undefined : withoutComment(match[2]);
  if (value === undefined) return undefined;
  const from = match?.[1]?.length ?? 0;
  const isExpression = /^('[^']*'|"[^"]*")\s*([=!<>]=?|&&|\|\|)/.test(value);
  const hint = isExpression ? `Write \${{ ${value} }}.` : `Write ${quoted(value)}.`;
  const message =
    'The value starts with a quote, so that for YAML it ends at the next one; what follows is left over.';
  return { code: 'yaml_text_after_quote', message, hint, from, to: from + value.length };
};

const colonInText: Detector = (line, problem) => {
  if (problem.code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined;
  const match = /^(\s*(?:- +)*[\w.-]+:\s+)([^\s'"[{|>&*!#].*:(?:\s.*|))$/.exec(line);
  const value = match?.[2] === undefined ? undefined : withoutComment(match[2]);
  if (value === undefined || !/:(\s|$)/.test(value)) return undefined;
  const from = match?.[1]?.length ?? 0;
  const message = 'The text holds a colon and a space, which YAML reads as a key and its value.';
  return { code: 'yaml_colon', message, hint: `Write ${quoted(value)}.`, from, to: from + value.length };
};

const DETECTORS: readonly Detector[] = [unquotedExpression, negation, textAfterQuote, colonInText];

function withoutComment(value: string): string {
  return value.replace(/\s+#.*$/, '').trimEnd();
}

/** The text in quotes that keep it as it is. */
export function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

function indexOutsideQuotes(line: string, wanted: string): number {
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const at = line[i] ?? '';
    if (quote !== '') quote = at === quote ? '' : quote;
    else if (line.startsWith(wanted, i)) return i;
    else if ((at === '"' || at === "'") && /[\s[{,:]/.test(line[i - 1] ?? ' ')) quote = at;
  }
  return -1;
}
