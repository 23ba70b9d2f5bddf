/**
 * What a file must keep to before it is composed, so that no file can exhaust the stack, the memory or the patience of
 * whoever parses it. Depth is read from the stream of tokens, which needs no stack, before the parser sees them.
 */
import type { Report } from './report.ts';

export const MAX_BYTES = 1_000_000;
export const MAX_DEPTH = 64;
export const MAX_ALIASES = 100;
export const MAX_NODES = 200_000;

/** The lexer's mark before a scalar. Its marks stand for no text. */
const SCALAR = '\u001F';
const MARKS: ReadonlySet<string | undefined> = new Set([SCALAR, '\u0002', '\u0018']);
const isMark = (character: string | undefined): boolean => MARKS.has(character);

/** Adds what is wrong and answers false when the text must not be parsed. */
export function checkText(report: Report): boolean {
  const { text } = report.file;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    const message = `The file has ${bytes} bytes; at most ${MAX_BYTES} are taken.`;
    return refuse(report, 'too_large', 0, message, 'Split it into several files.');
  }
  const control = text.search(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]/);
  if (control < 0) return true;
  const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0');
  const message = `The file is not text: it holds the character U+${code}.`;
  return refuse(report, 'not_text', control, message, 'Save it as UTF-8 text.');
}

type LimitCode = 'too_large' | 'not_text' | 'too_deep' | 'too_many_aliases' | 'too_many_nodes';

function refuse(report: Report, code: LimitCode, offset: number, message: string, hint?: string): false {
  report.add({ code, message, hint, at: () => ({ offset, length: 1 }) });
  return false;
}

/** Watches the tokens on their way from the lexer to the parser. */
export class TokenLimits {
  readonly #report: Report;
  readonly #depth = new DepthMeter();
  #offset = 0;
  #aliases = 0;
  #scalars = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Adds what is wrong and answers false when no further token may be parsed. */
  take(token: string): boolean {
    const first = token[0];
    if (first === '*' && ++this.#aliases > MAX_ALIASES)
      return this.#refuse('too_many_aliases', `More than ${MAX_ALIASES} YAML aliases are used.`);
    if (first === SCALAR && ++this.#scalars > MAX_NODES)
      return this.#refuse('too_many_nodes', `The file holds more than ${MAX_NODES} values.`);
    if (this.#depth.take(token) > MAX_DEPTH)
      return this.#refuse('too_deep', `Lists and maps are nested more than ${MAX_DEPTH} deep here.`);
    if (!isMark(first)) this.#offset += token.length;
    return true;
  }

  #refuse(code: LimitCode, message: string): false {
    return refuse(this.#report, code, this.#offset, message);
  }
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
    if (!isMark(first) && first !== '\n') this.#column += token.length;
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
