/** From a path in the data to a place in the text, and from a place in a text value to its place in the file. */
import { isAlias, isMap, isNode, isScalar, isSeq, type Scalar } from 'yaml';
import type { Span } from './diagnostic.ts';
import type { YamlDocument } from './parse.ts';

export type Path = readonly (string | number)[];

/** The stretch of a node's own text; its first line is what a caret underlines. */
export function spanOf(node: unknown): Span {
  const range = isNode(node) ? node.range : undefined;
  if (!range) return { offset: 0, length: 1 };
  return { offset: range[0], length: Math.max(1, range[1] - range[0]) };
}

interface Found {
  readonly key: unknown;
  readonly value: unknown;
}

/** The value at the path, or the nearest one around it that exists. */
export function locateValue(document: YamlDocument, path: Path): Span {
  const { key, value } = find(document, path);
  // A value that is not written (`timeout:`) has no text of its own.
  const isWritten = isNode(value) && value.range && value.range[1] > value.range[0];
  return spanOf(isWritten ? value : (key ?? value));
}

/** The key of the path's last step; for an item of a list, the item. */
export function locateKey(document: YamlDocument, path: Path): Span {
  const { key, value } = find(document, path);
  return spanOf(key ?? value);
}

function find(document: YamlDocument, path: Path): Found {
  let found: Found = { key: undefined, value: document.contents };
  for (const step of path) {
    const next = stepInto(document, found.value, step);
    if (!next) return found;
    found = next;
  }
  return found;
}

function stepInto(document: YamlDocument, from: unknown, step: string | number): Found | undefined {
  const node = isAlias(from) ? from.resolve(document) : from;
  if (isSeq(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? undefined : { key: undefined, value };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair && { key: pair.key, value: pair.value };
}

/** Where a stretch of a text value stands in the file; the whole value where that cannot be told. */
export function locateWithin(document: YamlDocument, text: string, path: Path, within: Span): Span {
  const { value } = find(document, path);
  const node = isAlias(value) ? value.resolve(document) : value;
  if (!isScalar(node) || !node.range) return locateValue(document, path);
  const raw = text.slice(node.range[0], node.range[1]);
  const offset = offsetInRaw(node, raw, within.offset);
  if (offset === undefined) return spanOf(node);
  const left = Math.max(1, raw.length - offset);
  return { offset: node.range[0] + offset, length: Math.max(1, Math.min(within.length, left)) };
}

function offsetInRaw(scalar: Scalar, raw: string, offset: number): number | undefined {
  const value = String(scalar.value);
  if (raw.startsWith(value)) return offset;
  const isOneLine = !raw.includes('\n');
  if (isOneLine && scalar.type === 'QUOTE_SINGLE') return walk(raw, offset, /''/y);
  if (isOneLine && scalar.type === 'QUOTE_DOUBLE') return walk(raw, offset, /\\(?:x..|u.{4}|U.{8}|.)/y);
  return searchInRaw(value, raw, offset);
}

/** Steps through a quoted text: what matches `unit` stands for one unit of the value. */
function walk(raw: string, offset: number, unit: RegExp): number {
  let at = 1;
  for (let units = 0; units < offset && at < raw.length; units++) {
    unit.lastIndex = at;
    at += unit.exec(raw)?.[0].length ?? 1;
  }
  return at;
}

/** In a block or folded text: finds the rest of the line again, the same number of occurrences on. */
function searchInRaw(value: string, raw: string, offset: number): number | undefined {
  const rest = value.slice(offset, offset + 80).split('\n')[0] ?? '';
  for (
    let length = rest.length;
    length >= Math.min(3, rest.length) && length > 0;
    length = Math.floor(length / 2)
  ) {
    const needle = rest.slice(0, length);
    let skip = countBefore(value, needle, offset);
    let at = raw.indexOf(needle);
    while (at >= 0 && skip-- > 0) at = raw.indexOf(needle, at + 1);
    if (at >= 0) return at;
  }
  return undefined;
}

function countBefore(value: string, needle: string, offset: number): number {
  let count = 0;
  for (let at = value.indexOf(needle); at >= 0 && at < offset; at = value.indexOf(needle, at + 1)) count++;
  return count;
}
