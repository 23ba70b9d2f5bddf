/**
 * The form of a source bundle: a line that names the format, the length of an index, the index as JSON, then the bytes of the
 * files one after another; all of it compressed. The hash is taken before compression and entries are sorted, so equal folders
 * give equal hashes on every machine.
 */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { messageOf, SluiceError } from '../../core/errors.ts';
import { plainRelativePath } from '../files/relative-path.ts';

export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isExecutable: boolean;
}

/** A symbolic link; `target` is relative to the link's own folder. */
export interface SourceLink {
  readonly path: string;
  readonly target: string;
}

export interface SourceTree {
  readonly files: readonly SourceFile[];
  readonly links: readonly SourceLink[];
}

export interface SourceBundle {
  /** SHA-256 of the uncompressed archive, hex. */
  readonly hash: string;
  /** The archive, compressed. */
  readonly bytes: Uint8Array;
}

/** Bytes of all files of a folder together. */
export const MAX_SOURCE_BYTES = 50 * 1024 * 1024;
const MAX_ARCHIVE_BYTES = MAX_SOURCE_BYTES + 16 * 1024 * 1024;
const MAGIC = Buffer.from('sluice source 1\n');

const Index = z.strictObject({
  files: z.array(z.strictObject({ path: z.string(), size: z.int().min(0), executable: z.boolean() })),
  links: z.array(z.strictObject({ path: z.string(), target: z.string() })),
});

export function writeArchive(tree: SourceTree): SourceBundle {
  const files = tree.files.toSorted(byPath);
  const index: z.infer<typeof Index> = {
    files: files.map(({ path, bytes, isExecutable }) => ({
      path,
      size: bytes.length,
      executable: isExecutable,
    })),
    links: tree.links.toSorted(byPath).map(({ path, target }) => ({ path, target })),
  };
  const head = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  const archive = Buffer.concat([MAGIC, length, head, ...files.map((file) => file.bytes)]);
  return { hash: hashOf(archive), bytes: gzipSync(archive) };
}

/** @throws SluiceError source_invalid when the bytes are not the archive with this hash, or name a path that leads out. */
export function readArchive(bundle: SourceBundle): SourceTree {
  const archive = decompress(bundle.bytes);
  if (hashOf(archive) !== bundle.hash) throw damaged('its content does not have its hash');
  const start = MAGIC.length + 4;
  if (archive.length < start || !archive.subarray(0, MAGIC.length).equals(MAGIC))
    throw damaged('it is of another format');
  const bodyStart = start + archive.readUInt32BE(MAGIC.length);
  const index = readIndex(archive.subarray(start, bodyStart));
  const tree = { files: cutFiles(index, archive.subarray(bodyStart)), links: index.links };
  checkPaths(tree);
  return tree;
}

function decompress(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_ARCHIVE_BYTES });
  } catch (error) {
    throw damaged(messageOf(error));
  }
}

function readIndex(bytes: Buffer): z.infer<typeof Index> {
  try {
    return Index.parse(JSON.parse(bytes.toString()));
  } catch (error) {
    throw damaged(messageOf(error));
  }
}

function cutFiles(index: z.infer<typeof Index>, body: Buffer): SourceFile[] {
  let offset = 0;
  const files = index.files.map(({ path, size, executable }) => {
    const bytes = body.subarray(offset, offset + size);
    offset += size;
    return { path, bytes, isExecutable: executable };
  });
  if (offset !== body.length) throw damaged('its length is not what its index says');
  return files;
}

/** No path leads out, none occurs twice, and none passes through a link or a file. */
function checkPaths(tree: SourceTree): void {
  const paths = [...tree.files, ...tree.links].map((entry) => entry.path);
  const taken = new Set(paths);
  if (taken.size !== paths.length) throw damaged('a path occurs twice');
  for (const path of paths) {
    if (plainRelativePath(path) !== path) throw damaged(`the path ${JSON.stringify(path)} is not allowed`);
    for (let cut = path.indexOf('/'); cut !== -1; cut = path.indexOf('/', cut + 1)) {
      if (taken.has(path.slice(0, cut)))
        throw damaged(`the path ${JSON.stringify(path)} passes through a file or link`);
    }
  }
}

function damaged(why: string): SluiceError {
  return new SluiceError(
    'source_invalid',
    `The source bundle cannot be unpacked: ${why}. Start the workflow again from its folder.`,
  );
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
