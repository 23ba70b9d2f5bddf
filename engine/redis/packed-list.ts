/**
 * A list of texts and bytes as one MessagePack value, which a script opens with `cmsgpack.unpack`.
 * For scripts with thousands of arguments: ioredis measures and copies each argument several times, and Redis parses each.
 */
import type { Argument } from './connection.ts';

const ARRAY_32 = 0xdd;
const STRING_32 = 0xdb;
const HEADER_BYTES = 5;
/** UTF-8 takes at most this many bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Kept between calls and grown as needed; calls never overlap. */
let scratch = Buffer.allocUnsafe(64 * 1_024);

export function packList(items: readonly Argument[]): Buffer {
  let at = writeHeader(0, ARRAY_32, items.length);
  for (const item of items) at = writeItem(at, typeof item === 'number' ? String(item) : item);
  return Buffer.from(scratch.subarray(0, at));
}

function writeItem(at: number, item: string | Buffer): number {
  const start = at + HEADER_BYTES;
  reserve(start + (typeof item === 'string' ? item.length * BYTES_PER_UNIT : item.length));
  const bytes = typeof item === 'string' ? scratch.write(item, start, 'utf8') : item.copy(scratch, start);
  writeHeader(at, STRING_32, bytes);
  return start + bytes;
}

function writeHeader(at: number, kind: number, count: number): number {
  reserve(at + HEADER_BYTES);
  scratch[at] = kind;
  return scratch.writeUInt32BE(count, at + 1);
}

function reserve(bytes: number): void {
  if (bytes <= scratch.length) return;
  const grown = Buffer.allocUnsafe(Math.max(bytes, scratch.length * 2));
  scratch.copy(grown);
  scratch = grown;
}
