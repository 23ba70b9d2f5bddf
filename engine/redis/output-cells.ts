/**
 * How outputs lie in Redis: 128 nodes share a hash. Redis keeps a hash compact only while no value exceeds 64 bytes and
 * there are at most 512 fields, so a small output is cut into up to 3 cells of 64 bytes (field `5`, then `5.1`, `5.2`), and
 * a larger one goes to a second hash. The first byte of the first cell tells the number of cells, or `L` for large; cells
 * that a longer, earlier output left behind are therefore ignored.
 */
import type { Argument } from './connection.ts';
import type { Keys } from './keys.ts';

const CELL_BYTES = 64;
const MAX_CELLS = 3;
const LARGE = 'L';

/** Hashes of a run have numbers, kept in a set so that readers find them. The first is always looked for. */
export const FIRST_HASH = 0;
export const smallHash = (bucket: number) => 2 * bucket;
export const largeHash = (bucket: number) => 2 * bucket + 1;
export const bucketOf = (hash: number) => Math.floor(hash / 2);

/** The key of a run's hash by its number. */
export function outputsKey(keys: Keys, shard: number, run: string, hash: number): string {
  const bucket = bucketOf(hash);
  return hash % 2 === 0 ? keys.outputs(shard, run, bucket) : keys.largeOutputs(shard, run, bucket);
}

export interface OutputCells {
  /** Fields and values in turn, for the compact hash. */
  readonly small: readonly Argument[];
  readonly large: readonly Argument[];
}

export function encodeOutput(field: number, json: string): OutputCells {
  const bytes = Buffer.byteLength(json);
  if (bytes + 1 > MAX_CELLS * CELL_BYTES) return { small: [field, LARGE], large: [field, json] };
  const count = Math.ceil((bytes + 1) / CELL_BYTES);
  const marked = `${count}${json}`;
  // Text that is all ASCII is cut as text: commands without binary parts are cheaper to write.
  const source = bytes === json.length ? marked : Buffer.from(marked);
  const small: Argument[] = [];
  for (let cell = 0; cell < count; cell++) {
    const part = cutCell(source, cell);
    small.push(cell === 0 ? field : `${field}.${cell}`, part);
  }
  return { small, large: [] };
}

function cutCell(source: string | Buffer, cell: number): Argument {
  const from = cell * CELL_BYTES;
  return typeof source === 'string'
    ? source.slice(from, from + CELL_BYTES)
    : source.subarray(from, from + CELL_BYTES);
}

/** Field → JSON, from the contents of both hashes. A field whose cells are not all there is left out. */
export function decodeOutputs(
  small: ReadonlyMap<string, Buffer>,
  large: ReadonlyMap<string, Buffer>,
): Map<number, string> {
  const outputs = new Map<number, string>();
  for (const [field, first] of small) {
    if (field.includes('.')) continue;
    const json = first.toString('latin1', 0, 1) === LARGE ? large.get(field) : joinCells(field, first, small);
    if (json !== undefined) outputs.set(Number(field), json.toString('utf8'));
  }
  return outputs;
}

function joinCells(field: string, first: Buffer, small: ReadonlyMap<string, Buffer>): Buffer | undefined {
  const count = Number(first.toString('latin1', 0, 1));
  const parts = [first.subarray(1)];
  for (let cell = 1; cell < count; cell++) {
    const part = small.get(`${field}.${cell}`);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}
