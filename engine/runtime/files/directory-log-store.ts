/**
 * Logs of tasks as files: `<root>/<run>/<node>-<attempt>.log`, and `….log.1` for what came before. For one machine, or a folder
 * that all roles share. A file that reaches half of the cap becomes the former one, so that appending never rewrites anything.
 *
 * A line of a file is `<number> TAB <ms> TAB <letter> TAB <text as JSON>`: numbers ascend, so a reader finds its place by halving.
 */
import { appendFile, mkdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { linesAfter, logFolder, numberOfLast, writeLine } from '../../ports/log-file.ts';
import {
  DEFAULT_LOG_BYTES,
  type LogLine,
  type LogName,
  type LogStore,
  positionOf,
} from '../../ports/log-store.ts';
import { runFolders } from './run-folders.ts';

export interface DirectoryLogStoreOptions {
  /** Lines kept of one attempt. Default 10,000. */
  readonly maxLines?: number;
  /** Bytes of text kept of one attempt; between half of it and all. Default `DEFAULT_LOG_BYTES`. */
  readonly maxBytes?: number;
}

/** What a writer knows of its file. */
interface Written {
  /** Of the last line. */
  number: number;
  /** Of the file. */
  size: number;
  /** In the file. */
  lines: number;
  bytes: number;
}

/** Files that writers remember; of others the end is read again. */
const MAX_REMEMBERED = 1_000;

/** @param root is made when the first line comes. */
export function createDirectoryLogStore(root: string, options: DirectoryLogStoreOptions = {}): LogStore {
  return new DirectoryLogStore(resolve(root), options);
}

class DirectoryLogStore implements LogStore {
  readonly #home: string;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #written = new Map<string, Written>();

  constructor(home: string, { maxLines = 10_000, maxBytes = DEFAULT_LOG_BYTES }: DirectoryLogStoreOptions) {
    this.#home = home;
    this.#maxLines = maxLines;
    this.#maxBytes = maxBytes;
  }

  async append(name: LogName, lines: readonly Omit<LogLine, 'id'>[]): Promise<void> {
    if (lines.length === 0) return;
    const path = this.#pathOf(name);
    const before = this.#written.get(path) ?? (await this.#find(path));
    const bytes = lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const written = (await this.#makeRoom(path, before, { lines: lines.length, bytes }))
      ? { ...before, size: 0, lines: 0, bytes: 0 }
      : before;
    const text = lines.map((line, i) => writeLine(written.number + i + 1, line)).join('');
    await this.#write(path, text, written);
    this.#remember(path, {
      number: written.number + lines.length,
      size: written.size + Buffer.byteLength(text),
      lines: written.lines + lines.length,
      bytes: written.bytes + bytes,
    });
  }

  async read(name: LogName, after: string, limit: number): Promise<readonly LogLine[]> {
    if (limit <= 0) return [];
    const path = this.#pathOf(name);
    // The current file first: what moves from it to the former one meanwhile is then read twice, not never.
    const current = await contentOf(path);
    const before = await contentOf(formerOf(path));
    const newest = numberOfLast(current) ?? numberOfLast(before) ?? 0;
    const from = Math.max(positionOf(after), newest - this.#maxLines);
    const former = linesAfter(before, from, limit);
    const reached = former.at(-1)?.id;
    const rest = linesAfter(current, reached === undefined ? from : Number(reached), limit - former.length);
    return [...former, ...rest];
  }

  async remove(run: string): Promise<void> {
    for (const path of [...this.#written.keys()])
      if (path.startsWith(join(this.#home, run))) this.#written.delete(path);
    await rm(join(this.#home, logFolder(run)), { recursive: true, force: true });
  }

  holders(): AsyncIterable<readonly string[]> {
    return runFolders(this.#home);
  }

  #pathOf({ run, node, attempt }: LogName): string {
    return join(this.#home, logFolder(run), `${Math.trunc(node)}-${Math.trunc(attempt)}.log`);
  }

  /** What another process, or this one before a failure, has written. */
  async #find(path: string): Promise<Written> {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    const content = await wholeLines(path);
    const lines = linesAfter(content, 0, this.#maxLines);
    const bytes = lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const number = numberOfLast(content) ?? numberOfLast(await contentOf(formerOf(path))) ?? 0;
    return { number, size: content.length, lines: lines.length, bytes };
  }

  /** Whether the file became the former one. */
  async #makeRoom(
    path: string,
    { lines, bytes }: Written,
    more: { readonly lines: number; readonly bytes: number },
  ) {
    // Together the two files keep what the caps say, or up to half less.
    const isFull = lines + more.lines > this.#maxLines || bytes + more.bytes > this.#maxBytes / 2;
    if (!isFull || lines === 0) return false;
    await rename(path, formerOf(path));
    return true;
  }

  /** A batch is there as a whole or not at all, so that it may be written again. */
  async #write(path: string, text: string, { size }: Written): Promise<void> {
    try {
      await appendFile(path, text, { mode: 0o600 });
    } catch (thrown) {
      this.#written.delete(path);
      await truncate(path, size).catch(() => {});
      throw thrown;
    }
  }

  #remember(path: string, written: Written): void {
    this.#written.delete(path);
    this.#written.set(path, written);
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= MAX_REMEMBERED) return;
      this.#written.delete(oldest);
    }
  }
}

function formerOf(path: string): string {
  return `${path}.1`;
}

/** Without a line at the end that a crash has cut off. */
async function wholeLines(path: string): Promise<Buffer> {
  const content = await contentOf(path);
  const size = content.lastIndexOf(10) + 1;
  if (size < content.length) await truncate(path, size);
  return content.subarray(0, size);
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return Buffer.alloc(0);
    throw thrown;
  }
}
