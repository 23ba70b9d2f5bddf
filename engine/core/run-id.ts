/** Run ids: ULIDs (48 bits of time, 80 bits of randomness, Crockford base 32), and the shard that an id belongs to. */
import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whether the text is a run id. Everything from outside is checked by this before it becomes part of a key. */
export function isRunId(text: string): boolean {
  return PATTERN.test(text);
}

/** A new id. `random` is 10 bytes. */
export function newRunId(now: number, random: Uint8Array): string {
  return encodeTime(now) + encodeBits(random, 16);
}

/**
 * The id of a keyed start: hash of what makes the start unique, in the shape of a ULID. The same key gives the same id,
 * hence the same shard and the same run. Its time part is hashed too, so such ids do not sort by time.
 */
export function derivedRunId(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  const text = encodeBits(digest, 26);
  return (ALPHABET[ALPHABET.indexOf(text[0] ?? '0') % 8] ?? '0') + text.slice(1);
}

/** Shard of a run: a 32-bit FNV-1a hash of its id, modulo the number of shards. */
export function shardOf(run: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < run.length; i++) hash = Math.imul(hash ^ run.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % shards;
}

function encodeTime(now: number): string {
  let rest = now;
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = (ALPHABET[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function encodeBits(bytes: Uint8Array, letters: number): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < letters) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31] ?? '0';
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
