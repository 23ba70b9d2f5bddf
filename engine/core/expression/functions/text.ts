/** Functions over text. Length and positions count characters, not UTF-16 units, so that none is cut in two. */
import { foldCase, looselyEqual } from '../compare.ts';
import { textInText } from '../json-text.ts';
import { LIMITS } from '../limits.ts';
import type { ScopeValue } from '../scope.ts';
import { toText } from '../value.ts';
import type { Call } from './call.ts';
import { type FunctionRow, MANY } from './function.ts';

export const TEXT_FUNCTIONS = {
  contains: [
    2,
    2,
    'contains(search, item): whether a text has a part, or a list an item; case is ignored',
    contains,
  ],
  startsWith: [
    2,
    2,
    'startsWith(text, start): whether a text starts so; case is ignored',
    (c) => compareEnds(c, 'startsWith'),
  ],
  endsWith: [
    2,
    2,
    'endsWith(text, end): whether a text ends so; case is ignored',
    (c) => compareEnds(c, 'endsWith'),
  ],
  format: [
    1,
    MANY,
    "format('{0} of {1}', a, b): the text with the values in it; {{ and }} are braces",
    format,
  ],
  join: [1, 2, 'join(list, separator): one text of all items; the separator is a comma by default', join],
  split: [2, 2, 'split(text, separator): the list of parts; with an empty separator, of characters', split],
  replace: [3, 3, 'replace(text, old, new): the text with every `old` replaced', replace],
  lower: [1, 1, 'lower(text): in lower case', (c) => built(c, c.text(0).toLowerCase())],
  upper: [1, 1, 'upper(text): in upper case', (c) => built(c, c.text(0).toUpperCase())],
  trim: [1, 1, 'trim(text): without white space at both ends', (c) => c.text(0).trim()],
} satisfies Record<string, FunctionRow>;

function built(call: Call, text: string): string {
  call.run.checkTextLength(text.length);
  return text;
}

function contains(call: Call): boolean {
  const [search, item] = [call.value(0), call.value(1)];
  if (Array.isArray(search)) return search.some((each) => looselyEqual(each, item, call.run));
  const [text, part] = [toText(search), toText(item)];
  if (text === undefined || part === undefined) return false;
  call.run.chargeText(text.length + part.length);
  return text.toLowerCase().includes(part.toLowerCase());
}

function compareEnds(call: Call, method: 'startsWith' | 'endsWith'): boolean {
  const [text, end] = [toText(call.value(0)), toText(call.value(1))];
  if (text === undefined || end === undefined) return false;
  call.run.chargeText(text.length + end.length);
  return foldCase(text)[method](foldCase(end));
}

/** `{0}`, an escaped brace, or a brace that is neither. */
const PLACEHOLDER = /\{\{|\}\}|\{(\d{1,3})\}|[{}]/g;

function format(call: Call): string {
  const pattern = call.anyText(0);
  const parts = new TextParts(call);
  let done = 0;
  for (const match of pattern.matchAll(PLACEHOLDER)) {
    parts.add(pattern.slice(done, match.index));
    parts.add(placeholder(call, match[0], match[1]));
    done = match.index + match[0].length;
  }
  parts.add(pattern.slice(done));
  return parts.text();
}

function placeholder(call: Call, symbol: string, digits: string | undefined): string {
  if (symbol === '{{' || symbol === '}}') return symbol.charAt(0);
  if (digits === undefined)
    throw call.error(`a single ${symbol} in the pattern; to write a brace, double it`);
  const index = Number(digits) + 1;
  if (index >= call.count) throw call.error(`the pattern asks for {${digits}}, and there is no such value`);
  return call.anyText(index);
}

/** A text in parts, measured as it grows. */
class TextParts {
  readonly #call: Call;
  readonly #parts: string[] = [];
  #length = 0;

  constructor(call: Call) {
    this.#call = call;
  }

  add(part: string): void {
    this.#length += part.length;
    this.#call.run.chargeText(part.length);
    this.#call.run.checkTextLength(this.#length);
    this.#parts.push(part);
  }

  text(): string {
    return this.#parts.join('');
  }
}

function join(call: Call): string {
  const value = call.value(0);
  if (!Array.isArray(value)) {
    const text = toText(value);
    if (text === undefined) throw call.wrongKind(0, 'a list', value);
    return text;
  }
  const separator = call.count > 1 ? call.anyText(1) : ',';
  const parts = new TextParts(call);
  for (const [i, item] of value.entries()) {
    if (i > 0) parts.add(separator);
    parts.add(textInText(item, call.run));
  }
  return parts.text();
}

function split(call: Call): ScopeValue {
  const [text, separator] = [call.text(0), call.text(1)];
  const parts = separator === '' ? characters(call, text) : text.split(separator, LIMITS.listLength + 1);
  call.run.checkListLength(parts.length);
  call.run.charge(parts.length);
  return parts;
}

function replace(call: Call): string {
  const [text, old, next] = [call.text(0), call.text(1), call.text(2)];
  if (old === '') throw call.error('argument 2, the text to replace, is empty');
  const parts = new TextParts(call);
  let done = 0;
  for (let found = text.indexOf(old); found >= 0; found = text.indexOf(old, done)) {
    parts.add(text.slice(done, found));
    parts.add(next);
    done = found + old.length;
  }
  parts.add(text.slice(done));
  return parts.text();
}

/** The characters of a text, surrogate pairs together. */
export function characters(call: Call, text: string): string[] {
  call.run.charge(text.length);
  return Array.from(text);
}
