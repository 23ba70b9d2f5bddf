/**
 * Takes the secrets of one attempt out of all that leaves it: log lines, errors, outputs. Looks for every form of every secret,
 * and for pieces of 16 characters and more of long ones, such as the lines of a wrapped base64 text. It reads texts, not minds:
 * a task that scrambles a secret in another way can print it.
 */
import { isJsonObject, type Json } from '../../core/json.ts';
import { MIN_MASKED_LENGTH, type SecretForm, secretForms } from './secret-forms.ts';

export const MASK = '***';

/** Shortest piece of a long secret that is masked. */
const PIECE_LENGTH = 16;
/** Every piece holds a window of this length that begins at a multiple of it. */
const WINDOW = PIECE_LENGTH / 2;
/** Longer forms are looked for as a whole and line by line only: an index of all their windows would take too much memory. */
const MAX_INDEXED_LENGTH = 16_384;
/** Places of one window that are remembered: a form such as `aaaa…` has the same one everywhere. */
const MAX_PLACES = 4;

/** A stretch of a text, to be masked. */
type Range = readonly [start: number, end: number];

interface Place {
  readonly form: string;
  readonly at: number;
}

interface SoughtForm extends SecretForm {
  /** Least distance at which the text can stand in itself: where it stands again, overlapping. */
  readonly period: number;
}

export class SecretMask {
  readonly #forms: readonly SoughtForm[];
  readonly #windows: ReadonlyMap<string, readonly Place[]>;
  /** Characters of the longest form. */
  readonly reach: number;

  constructor(values: readonly string[]) {
    const found = values.filter((value) => value.length >= MIN_MASKED_LENGTH).map(secretForms);
    this.#forms = found
      .flatMap(({ whole, lines }) => [...whole, ...lines])
      .map((form) => ({ ...form, period: periodOf(form.text) }));
    this.#windows = indexWindows(found.flatMap(({ whole }) => whole));
    this.reach = this.#forms.reduce((longest, { text }) => Math.max(longest, text.length), 0);
  }

  /** The text with `***` in place of every secret. */
  text(text: string): string {
    return replaceRanges(text, this.#ranges(text));
  }

  /** As `text`, where parts of the text may have been cut off and marked with `…`: the beginning of a secret before it goes too. */
  cutText(text: string): string {
    return replaceRanges(text, [...this.#ranges(text), ...this.#cutRanges(text)]);
  }

  /** All strings and keys in it masked; a number that is a secret becomes text. */
  value(value: Json): Json {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') {
      const text = String(value);
      return this.text(text) === text ? value : MASK;
    }
    if (Array.isArray(value)) return value.map((item: Json) => this.value(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [this.text(key), this.value(member)]),
    );
  }

  /** Where secrets stand in the text, in order; none touches another. */
  spans(text: string): Range[] {
    return joined(this.#ranges(text));
  }

  /** Not sorted, may overlap. */
  #ranges(text: string): Range[] {
    const ranges: Range[] = [];
    for (const form of this.#forms) {
      for (let at = text.indexOf(form.text); at !== -1; ) {
        const last = lastOfRun(text, at, form);
        ranges.push(withNeighbours(text, [at, last], form));
        at = text.indexOf(form.text, last + 1);
      }
    }
    if (this.#windows.size > 0) this.#addPieces(text, ranges);
    return ranges;
  }

  #addPieces(text: string, ranges: Range[]): void {
    let found = 0;
    for (let at = 0; at + WINDOW <= text.length; at += WINDOW) {
      // What goes on behind a stretch that was found holds the last window in it, too.
      if (at + 2 * WINDOW <= found) continue;
      for (const { form, at: inForm } of this.#windows.get(text.slice(at, at + WINDOW)) ?? []) {
        const range = extend(text, at, form, inForm);
        if (range[1] - range[0] < PIECE_LENGTH) continue;
        ranges.push(range);
        found = Math.max(found, range[1]);
      }
    }
  }

  #cutRanges(text: string): Range[] {
    const ranges: Range[] = [];
    for (let end = text.indexOf('…'); end !== -1; end = text.indexOf('…', end + 1)) {
      for (let length = Math.min(PIECE_LENGTH, end); length >= MIN_MASKED_LENGTH; length--) {
        const tail = text.slice(end - length, end);
        if (!this.#forms.some((form) => form.text.startsWith(tail))) continue;
        ranges.push([end - length, end]);
        break;
      }
    }
    return ranges;
  }
}

function indexWindows(forms: readonly SecretForm[]): Map<string, Place[]> {
  const windows = new Map<string, Place[]>();
  for (const { text } of forms) {
    if (text.length < 2 * PIECE_LENGTH || text.length > MAX_INDEXED_LENGTH) continue;
    for (let at = 0; at + WINDOW <= text.length; at++) {
      const places = windows.get(text.slice(at, at + WINDOW));
      if (places === undefined) windows.set(text.slice(at, at + WINDOW), [{ form: text, at }]);
      else if (places.length < MAX_PLACES) places.push({ form: text, at });
    }
  }
  return windows;
}

/** The longest stretch around the window in which text and form agree. */
function extend(text: string, at: number, form: string, inForm: number): Range {
  let before = 0;
  while (before < at && before < inForm && text[at - before - 1] === form[inForm - before - 1]) before++;
  let end = at + WINDOW;
  while (end < text.length && end - at + inForm < form.length && text[end] === form[end - at + inForm]) end++;
  return [at - before, end];
}

/** Length less the longest border (Knuth, Morris and Pratt 1977). */
function periodOf(text: string): number {
  const borders = new Uint32Array(text.length + 1);
  for (let at = 1, border = 0; at < text.length; ) {
    if (text[at] === text[border]) borders[++at] = ++border;
    else if (border > 0) border = borders[border] ?? 0;
    else at++;
  }
  return text.length - (borders[text.length] ?? 0);
}

/** Of a form that stands at `at` and again at each period behind it: where it stands last. In one pass, however often that is. */
function lastOfRun(text: string, at: number, { text: form, period }: SoughtForm): number {
  let end = at + form.length;
  while (end < text.length && text[end] === text[end - period]) end++;
  return end - form.length - ((end - form.length - at) % period);
}

function withNeighbours(text: string, [at, last]: readonly [number, number], form: SecretForm): Range {
  const isBase64 = (character: string | undefined) =>
    character !== undefined && /^[A-Za-z0-9+/_-]$/.test(character);
  let end = last + form.text.length;
  const start = form.bitsBefore && isBase64(text[at - 1]) ? at - 1 : at;
  if (form.bitsAfter && isBase64(text[end])) {
    end++;
    while (text[end] === '=') end++;
  }
  return [start, end];
}

function replaceRanges(text: string, ranges: readonly Range[]): string {
  let masked = '';
  let done = 0;
  for (const [start, end] of joined(ranges)) {
    masked += text.slice(done, start) + MASK;
    done = end;
  }
  return masked + text.slice(done);
}

/** In order, with those that overlap or touch made one. */
function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([start, end]);
  }
  return result;
}
