/**
 * What a file must keep to before it is parsed, so that no file can exhaust the stack, the memory or the patience of
 * whoever parses it. The depth is read from the token stream, which needs no stack.
 */
import { Lexer } from 'yaml';
import type { Report } from './report.ts';

export const MAX_BYTES = 1_000_000;
export const MAX_DEPTH = 64;
export const MAX_ALIASES = 100;
export const MAX_NODES = 200_000;

/** The first character of the lexer's tokens for a scalar that follows, for the start of a document. */
const SCALAR = '\u001F';

/** Adds what is wrong and answers false when the text must not be parsed. */
export function checkLimits(report: Report): boolean {
  const { text } = report.file;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    return refuse(
      report,
      'too_large',
      0,
      `The file has ${bytes} bytes; at most ${MAX_BYTES} are taken.`,
      'Split it into several files.',
    );
  }
  const control = text.search(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]/);
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0');
    return refuse(
      report,
      'not_text',
      control,
      `The file is not text: it holds the character U+${code}.`,
      'Save it as UTF-8 text.',
    );
  }
  return checkTokens(report);
}

type LimitCode = 'too_large' | 'not_text' | 'too_deep' | 'too_many_aliases' | 'too_many_nodes';

function refuse(report: Report, code: LimitCode, offset: number, message: string, hint?: string): false {
  report.add({ code, message, hint, at: () => ({ offset, length: 1 }) });
  return false;
}

function checkTokens(report: Report): boolean {
  const depth = new DepthMeter();
  let offset = 0;
  let aliases = 0;
  let scalars = 0;
  for (const token of new Lexer().lex(report.file.text)) {
    const first = token[0];
    if (first === '*' && ++aliases > MAX_ALIASES) {
      return refuse(report, 'too_many_aliases', offset, `More than ${MAX_ALIASES} YAML aliases are used.`);
    }
    if (first === SCALAR && ++scalars > MAX_NODES) {
      return refuse(report, 'too_many_nodes', offset, `The file holds more than ${MAX_NODES} values.`);
    }
    if (depth.take(token) > MAX_DEPTH) {
      return refuse(
        report,
        'too_deep',
        offset,
        `Lists and maps are nested more than ${MAX_DEPTH} deep here.`,
      );
    }
    if (first !== SCALAR && first !== '\u0002' && first !== '\u0018') offset += token.length;
  }
  return true;
}

/** Depth of nesting by tokens: brackets exactly, blocks by the columns at which they begin. */
class DepthMeter {
  #brackets = 0;
  #columns: number[] = [];
  #column = 0;
  #lineBegins = true;

  take(token: string): number {
    const first = token[0];
    if (first === '{' || first === '[') this.#brackets++;
    else if ((first === '}' || first === ']') && this.#brackets > 0) this.#brackets--;
    else if (first === '\n' || first === '\r') this.#newLine();
    else if (this.#lineBegins && this.#brackets === 0 && (first === '-' || first === '?' || first === SCALAR))
      this.#begin(first === SCALAR);
    if (first !== SCALAR && first !== '\n') this.#column += token.length;
    return this.#brackets + this.#columns.length;
  }

  #newLine(): void {
    this.#column = 0;
    this.#lineBegins = true;
  }

  #begin(isScalar: boolean): void {
    while ((this.#columns.at(-1) ?? -1) >= this.#column) this.#columns.pop();
    this.#columns.push(this.#column);
    if (isScalar) this.#lineBegins = false;
  }
}
