/**
 * Source bundles: a workflow's folder, packed by the client that starts it, kept in the artifact store under its content's
 * hash, and unpacked by workers.
 */
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { SluiceError } from '../../core/errors.ts';
import { derivedRunId } from '../../core/run-id.ts';
import type { SourceRef } from '../../core/ticket.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { bundleKey } from '../files/artifact-key.ts';
import { isWithin } from '../files/relative-path.ts';
import { MAX_SOURCE_BYTES, type SourceBundle, type SourceLink, writeArchive } from './source-archive.ts';
import { IGNORE_FILE, type IgnoreTest, parseIgnoreFile } from './source-ignore.ts';

const MAX_ENTRIES = 20_000;
const MAX_PIECE_BYTES = 4 * 1024 * 1024;

interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly isExecutable: boolean;
}

interface Found {
  readonly root: string;
  readonly isIgnored: IgnoreTest;
  readonly files: FoundFile[];
  readonly links: SourceLink[];
}

/**
 * Packs a folder, less what `.sluiceignore` names. Empty folders are not carried; of permissions only the executable bit is.
 * @throws SluiceError source_too_large (over 50 MB or 20,000 files; names the largest entries), source_invalid (a link that leads
 * out of the folder or nowhere, a device).
 * @param without paths from the folder that are left out, such as workflow files whose plans are stored anyway.
 */
export async function packSource(
  folder: string,
  without: ReadonlySet<string> = new Set(),
): Promise<SourceBundle> {
  const found = await findEntries(folder, without);
  const total = found.files.reduce((sum, file) => sum + file.size, 0);
  if (total > MAX_SOURCE_BYTES) throw tooLarge(folder, `${toMegabytes(total)} MB`, found.files);
  const files = [];
  for (const { path, isExecutable } of found.files) {
    files.push({ path, isExecutable, bytes: await readFile(join(found.root, path)) });
  }
  return writeArchive({ files, links: found.links });
}

/** Under whose id a bundle is kept: its own, so that it belongs to no run and all that use it share it. */
export function bundleHolder(hash: string): string {
  return derivedRunId('source', hash);
}

/** Puts a bundle into the store, in pieces that it takes. */
export async function storeBundle(
  artifacts: ArtifactStore,
  run: string,
  bundle: SourceBundle,
): Promise<SourceRef> {
  const pieceBytes = Math.min(artifacts.maxBytes, MAX_PIECE_BYTES);
  for (let piece = 0; piece * pieceBytes < bundle.bytes.length; piece++) {
    const bytes = bundle.bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
    await artifacts.put(run, bundleKey(bundle.hash, piece), bytes);
  }
  return { bundle: bundle.hash, run };
}

/** @throws SluiceError source_invalid when the store does not have it. Missing pieces show when it is unpacked. */
export async function fetchBundle(
  artifacts: ArtifactStore,
  run: string,
  hash: string,
): Promise<SourceBundle> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece = await artifacts.get(run, bundleKey(hash, pieces.length));
    if (piece === undefined) break;
    pieces.push(piece);
  }
  if (pieces.length > 0) return { hash, bytes: Buffer.concat(pieces) };
  throw new SluiceError(
    'source_invalid',
    `The source bundle ${hash} of run ${run} is not in the artifact store. Start the run again.`,
  );
}

async function findEntries(folder: string, without: ReadonlySet<string>): Promise<Found> {
  const root = await realpath(folder);
  const ignoreText = await readFile(join(root, IGNORE_FILE), 'utf8').catch(() => '');
  const found: Found = { root, isIgnored: parseIgnoreFile(ignoreText), files: [], links: [] };
  const folders = [''];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await readdir(join(root, next), { withFileTypes: true })) {
      const path = next === '' ? entry.name : `${next}/${entry.name}`;
      if (found.isIgnored(path, entry.isDirectory()) || without.has(path)) continue;
      if (entry.isDirectory()) folders.push(path);
      else await addEntry(found, path);
    }
    if (found.files.length > MAX_ENTRIES)
      throw tooLarge(folder, `more than ${MAX_ENTRIES} files`, found.files);
  }
  return found;
}

async function addEntry(found: Found, path: string): Promise<void> {
  const stats = await lstat(join(found.root, path));
  if (stats.isFile()) {
    found.files.push({ path, size: stats.size, isExecutable: (stats.mode & 0o100) !== 0 });
  } else if (stats.isSymbolicLink()) {
    found.links.push(await readLink(found, path));
  } else {
    throw cannotCarry(path, 'is neither a file nor a folder');
  }
}

async function readLink(found: Found, path: string): Promise<SourceLink> {
  const target = await readlink(join(found.root, path));
  const end = await realpath(join(found.root, path)).catch(() => undefined);
  if (end === undefined) throw cannotCarry(path, 'is a link to something that is not there');
  if (target.startsWith('/') || !isWithin(found.root, end))
    throw cannotCarry(path, 'is a link that leads out of the folder');
  const inside = relative(found.root, end).split(sep).join('/');
  if (isLeftOut(found.isIgnored, inside))
    throw cannotCarry(path, `is a link to ${inside}, which is left out`);
  return { path, target };
}

function isLeftOut(isIgnored: IgnoreTest, path: string): boolean {
  const names = path.split('/');
  return names.some((_, i) => isIgnored(names.slice(0, i + 1).join('/'), i < names.length - 1));
}

function cannotCarry(path: string, why: string): SluiceError {
  return new SluiceError(
    'source_invalid',
    `${path} ${why}, which a source bundle cannot carry. Remove it, or name it in ${IGNORE_FILE}.`,
  );
}

function tooLarge(folder: string, what: string, files: readonly FoundFile[]): SluiceError {
  const entries = new Map<string, number>();
  for (const { path, size } of files) {
    const cut = path.indexOf('/');
    const entry = cut === -1 ? path : path.slice(0, cut + 1);
    entries.set(entry, (entries.get(entry) ?? 0) + size);
  }
  const largest = [...entries].sort((a, b) => b[1] - a[1]).slice(0, 5);
  const list = largest.map(([entry, size]) => `${entry} (${toMegabytes(size)} MB)`).join(', ');
  return new SluiceError(
    'source_too_large',
    `The workflow's folder ${folder} has ${what}; the limit is ${toMegabytes(MAX_SOURCE_BYTES)} MB and ${MAX_ENTRIES} files. Largest: ${list}. Name what the tasks do not need in ${IGNORE_FILE}.`,
    { details: largest.map(([entry, bytes]) => ({ entry, bytes })) },
  );
}

function toMegabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, '');
}
