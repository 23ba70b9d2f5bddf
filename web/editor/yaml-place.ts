/**
 * Where the cursor stands in a YAML text: the keys above it, what is there already beside it, and what is being typed. By
 * indentation alone, so that it works in the middle of a word, where the text is no YAML yet. Pure.
 */

export interface Place {
  /** Keys from the top; `[]` for an item of a list. With `value`, the key whose value it is comes last. */
  readonly path: readonly string[];
  /** `key`: a name is being typed; `value`: what comes behind a colon; `expression`: within `${{ }}`; `text`: nothing of ours. */
  readonly kind: 'key' | 'value' | 'expression' | 'text';
  /** What stands between `from` and the cursor. */
  readonly typed: string;
  /** Offset at which the typed word begins. */
  readonly from: number;
  /** Keys that the same map has already. */
  readonly siblings: ReadonlySet<string>;
  /** Value of the nearest `uses` above a `with`. */
  readonly uses: string | undefined;
}

interface Line {
  readonly dashes: readonly number[];
  /** Column of what follows the dashes. */
  readonly indent: number;
  readonly key: string | undefined;
  /** What follows the colon. */
  readonly rest: string;
}

/** Keys whose whole value is an expression. */
const EXPRESSIONS = new Set(['if', 'until', 'success', 'fairness']);
const SCALAR = /^[|>][+-]?\d*\s*(#.*)?$/;

export function placeAt(text: string, offset: number): Place {
  const lines = text.split('\n');
  const row = text.slice(0, offset).split('\n').length - 1;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  const here = readLine(lines[row] === '' ? before : (lines[row] ?? ''));
  // An empty line belongs to where the cursor stands in it.
  const indent = before.trim() === '' && (lines[row] ?? '').trim() === '' ? before.length : here.indent;
  const { path, row: parent, isScalar } = pathAbove(lines, row, { indent, dashes: here.dashes });
  const uses = usesOf(lines, path, parent);
  const nothing = { siblings: new Set<string>(), uses };
  const expression = /\$\{\{((?:(?!\}\}).)*)$/.exec(before)?.[1];
  if (expression !== undefined) return { ...nothing, ...expressionAt(expression, offset), path };
  if (isScalar || /(^|\s)#/.test(before)) return { ...nothing, kind: 'text', typed: '', from: offset, path };
  const content = before.slice(Math.min(before.length, here.indent));
  const [, key = '', value] = /^("?[\w.-]+"?):(?:\s+(.*))?$/.exec(content) ?? [];
  if (value === undefined)
    return {
      path,
      kind: 'key',
      typed: content,
      from: offset - content.length,
      siblings: siblingsOf(lines, row, indent),
      uses,
    };
  const own = [...path, key.replaceAll('"', '')];
  if (SCALAR.test(value)) return { ...nothing, kind: 'text', typed: '', from: offset, path: own };
  if (EXPRESSIONS.has(key)) return { ...nothing, ...expressionAt(value, offset), path: own };
  return flowAt(value, { offset, path: own, uses: /\buses:\s*([\w-]+)/.exec(content)?.[1] ?? uses });
}

function expressionAt(text: string, offset: number) {
  const typed = /[\w.-]*$/.exec(text)?.[0] ?? '';
  return { kind: 'expression' as const, typed, from: offset - typed.length };
}

function readLine(line: string): Line {
  const dashes: number[] = [];
  let at = line.length - line.trimStart().length;
  while (line[at] === '-' && (line[at + 1] === ' ' || line[at + 1] === undefined)) {
    dashes.push(at);
    at += 1;
    while (line[at] === ' ') at += 1;
  }
  const [, key, rest = ''] = /^"?([\w.-]+)"?:(?:\s+(.*))?$/.exec(line.slice(at)) ?? [];
  return { dashes, indent: at, key, rest };
}

interface Start {
  readonly indent: number;
  readonly dashes: readonly number[];
}

/** The keys above a line, the row of the nearest, and whether that begins a block of text. */
function pathAbove(lines: readonly string[], row: number, { indent, dashes }: Start) {
  const path: string[] = [];
  // A parent key stands left of `keys`, an item that holds the line begins left of `items`.
  let [keys, items] = [indent, indent];
  let parent = -1;
  let isScalar = false;
  const takeDashes = (columns: readonly number[]) => {
    for (const column of [...columns].reverse()) {
      if (column >= items) continue;
      path.unshift('[]');
      [keys, items] = [column + 1, column];
    }
  };
  takeDashes(dashes);
  for (let at = row - 1; at >= 0 && keys > 0; at--) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const one = readLine(line);
    if (one.key !== undefined && one.indent < keys) {
      path.unshift(one.key);
      if (parent < 0) parent = at;
      isScalar ||= SCALAR.test(one.rest);
      [keys, items] = [one.indent, one.indent];
    }
    takeDashes(one.dashes);
  }
  return { path, row: parent, isScalar };
}

function siblingsOf(lines: readonly string[], row: number, indent: number): Set<string> {
  const found = new Set<string>();
  const look = (at: number) => {
    const line = lines[at] ?? '';
    if (line.trim() === '') return true;
    const one = readLine(line);
    if (one.indent < indent) return false;
    if (one.indent === indent && one.key !== undefined) found.add(one.key);
    return true;
  };
  for (let at = row - 1; at >= 0; at--) {
    if (!look(at)) break;
    // The dash begins the item: what stands before it is another.
    if ((readLine(lines[at] ?? '').dashes.length ?? 0) > 0 && readLine(lines[at] ?? '').indent === indent)
      break;
  }
  for (let at = row + 1; at < lines.length; at++) {
    const line = readLine(lines[at] ?? '');
    if (line.dashes.length > 0 && line.indent <= indent) break;
    if (!look(at)) break;
  }
  return found;
}

/** Of the task that holds the `with` in the path. */
function usesOf(lines: readonly string[], path: readonly string[], parent: number): string | undefined {
  if (!path.includes('with') || parent < 0) return undefined;
  let row = parent;
  while (row >= 0 && readLine(lines[row] ?? '').key !== 'with') row--;
  const { indent } = readLine(lines[row] ?? '');
  for (const step of [-1, 1]) {
    for (let at = row + step; at >= 0 && at < lines.length; at += step) {
      const line = readLine(lines[at] ?? '');
      if ((lines[at] ?? '').trim() === '') continue;
      if (line.indent < indent) break;
      if (line.indent === indent && line.key === 'uses') return line.rest.trim();
    }
  }
  return undefined;
}

interface FlowStart {
  readonly offset: number;
  readonly path: readonly string[];
  readonly uses: string | undefined;
}

/** Within `{ a: 1, b: [` … of one line. */
function flowAt(value: string, { offset, path, uses }: FlowStart): Place {
  const open: { readonly sign: '{' | '['; key: string | undefined; readonly seen: Set<string> }[] = [];
  let word = '';
  let quote = '';
  for (const char of value) {
    if (quote !== '') {
      if (char === quote) quote = '';
      word += char;
      continue;
    }
    const top = open.at(-1);
    if (char === '"' || char === "'") {
      quote = char;
      word += char;
    } else if (char === '{' || char === '[') {
      open.push({ sign: char, key: undefined, seen: new Set() });
      word = '';
    } else if (char === '}' || char === ']') {
      open.pop();
      word = '';
    } else if (char === ',' && top !== undefined) {
      top.key = undefined;
      word = '';
    } else if (char === ':' && top?.sign === '{' && top.key === undefined) {
      top.key = word.trim();
      top.seen.add(top.key);
      word = '';
    } else word += char;
  }
  const typed = word.trimStart();
  const inner = open.flatMap(({ sign, key }) => (sign === '[' ? ['[]'] : key === undefined ? [] : [key]));
  const last = open.at(-1);
  const isKey = last?.sign === '{' && last.key === undefined;
  return {
    path: [...path, ...inner],
    kind: isKey ? 'key' : 'value',
    typed,
    from: offset - typed.length,
    siblings: isKey ? (last?.seen ?? new Set()) : new Set(),
    uses: /\buses:\s*([\w-]+)/.exec(value)?.[1] ?? uses,
  };
}

/** Names that are declared below a key at the top: `tasks`, `inputs`. */
export function namesUnder(text: string, top: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^${top}:\\s*(#.*)?$`).test(line));
  if (start < 0) return [];
  const names: string[] = [];
  let indent = 0;
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const one = readLine(line);
    if (one.indent === 0) break;
    if (indent === 0) ({ indent } = one);
    if (one.indent === indent && one.key !== undefined) names.push(one.key);
  }
  return names;
}

/** The key on the cursor's line or, within a value, the key that it belongs to: what the documentation is about. */
export function keyAt(text: string, offset: number): readonly string[] {
  const end = text.indexOf('\n', offset);
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? text.length : end);
  const place = placeAt(text, offset);
  if (place.kind !== 'key') return place.path;
  const word = /^[\w.-]*/.exec(text.slice(place.from))?.[0] ?? '';
  const key = readLine(line).key ?? word;
  return key === '' ? place.path : [...place.path, word === '' ? key : word];
}
