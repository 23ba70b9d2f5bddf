/**
 * Objects that hold a piece of an attempt's log. The name says all that there is to know of one without reading it:
 * `<first number>-<writer>-<last number>-<bytes of text>.log`, so that they list in order. A writer's later object from the same
 * first number on holds what its earlier ones hold, and more.
 */

export interface LogObject {
  /** Numbers of its lines, as its writer counts them. */
  readonly first: number;
  readonly last: number;
  readonly writer: string;
  /** Bytes of text. */
  readonly bytes: number;
}

/** An object as part of the log. */
export interface LogPiece extends LogObject {
  /**
   * What is added to its writer's numbers. More than 0 only where two have written at once: a worker that was taken for dead and
   * the one in its place.
   */
  readonly shift: number;
}

export interface LogCap {
  readonly lines: number;
  readonly bytes: number;
}

/** Digits of a number in a name. */
const DIGITS = 12;
const NAME = /^(\d{12})-([0-9a-f]{12})-(\d{12})-(\d{1,15})\.log$/;

export function logObjectName({ first, writer, last, bytes }: LogObject): string {
  return `${pad(first)}-${writer}-${pad(last)}-${bytes}.log`;
}

/** Undefined for what is none. */
export function readLogObjectName(name: string): LogObject | undefined {
  const [, first, writer, last, bytes] = NAME.exec(name) ?? [];
  if (first === undefined || writer === undefined || last === undefined) return undefined;
  const object = { first: Number(first), writer, last: Number(last), bytes: Number(bytes) };
  return object.first >= 1 && object.last >= object.first ? object : undefined;
}

/** What the log consists of, oldest first, each line once. */
export function logPieces(objects: readonly LogObject[]): LogPiece[] {
  const longest = new Map<string, LogObject>();
  for (const object of objects) {
    const key = `${pad(object.first)}-${object.writer}`;
    if (object.last > (longest.get(key)?.last ?? 0)) longest.set(key, object);
  }
  const pieces: LogPiece[] = [];
  for (const [, object] of [...longest].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const shift = Math.max(0, lastNumber(pieces) + 1 - object.first);
    pieces.push({ ...object, shift });
  }
  return pieces;
}

/** Number of the newest line; 0 where there is none. */
export function lastNumber(pieces: readonly LogPiece[]): number {
  const newest = pieces.at(-1);
  return newest === undefined ? 0 : newest.last + newest.shift;
}

/** How many of the oldest can go. The newest stays, however large it is. */
export function countBeyondCap(objects: readonly LogObject[], cap: LogCap): number {
  let lines = objects.reduce((sum, object) => sum + linesOf(object), 0);
  let bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
  let count = 0;
  for (const object of objects.slice(0, -1)) {
    lines -= linesOf(object);
    if (lines < cap.lines && bytes <= cap.bytes) break;
    bytes -= object.bytes;
    count++;
  }
  return count;
}

function linesOf({ first, last }: LogObject): number {
  return last - first + 1;
}

function pad(number: number): string {
  return String(number).padStart(DIGITS, '0');
}
