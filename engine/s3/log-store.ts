/**
 * Logs of tasks in a bucket of an S3-compatible service, as objects below `<prefix>/<run>/<node>-<attempt>/` in the form of log files.
 * Every method rejects with SluiceError logs_unreachable (try again) or logs_refused (credentials, bucket, settings).
 */
import { isRunId } from '../core/run-id.ts';
import { linesAfter, logFolder } from '../ports/log-file.ts';
import {
  DEFAULT_LOG_BYTES,
  type LogBatching,
  type LogLine,
  type LogName,
  type LogStore,
  positionOf,
} from '../ports/log-store.ts';
import {
  countBeyondCap,
  type LogCap,
  type LogObject,
  type LogPiece,
  lastNumber,
  logObjectName,
  logPieces,
  readLogObjectName,
} from './log-object.ts';
import { type LogFolder, LogWriter } from './log-writer.ts';
import { folderName } from './object-name.ts';
import { RecentObjects } from './recent-objects.ts';
import { type S3Place, S3Requests, type S3Use } from './requests.ts';

export interface S3LogStoreOptions extends S3Place {
  /** Folder in the bucket; default none. */
  readonly prefix?: string;
  /** Lines kept of one attempt. Default 10,000. */
  readonly maxLines?: number;
  /** Bytes of text kept of one attempt. Default `DEFAULT_LOG_BYTES`. */
  readonly maxBytes?: number;
  /** Longest silence of one request, ms. Default 10,000. */
  readonly timeoutMs?: number;
}

const USE: S3Use = {
  noun: 'log store',
  settings: '`--logs` or SLUICE_LOGS',
  rights: 'list the bucket, and to read, write and delete its objects',
  unreachable: 'logs_unreachable',
  refused: 'logs_refused',
};

/** Each batch is a request or two. */
const BATCHING: LogBatching = { everyMs: 1_000, lines: 5_000, characters: 262_144 };
/** Logs whose writers are remembered; of others the names are listed again. */
const MAX_REMEMBERED = 500;
/** Objects that are read at once. */
const READ_AT_ONCE = 16;
/** Bytes of objects that readers remember. */
const MAX_RECENT_BYTES = 8 * 1_024 ** 2;
/** A log that is written while it is read can lose an object to a larger one. */
const MAX_LOOKS = 10;

export function createS3LogStore(options: S3LogStoreOptions): LogStore {
  return new S3LogStore(options);
}

class S3LogStore implements LogStore {
  readonly batching = BATCHING;
  readonly #requests: S3Requests;
  readonly #prefix: string | undefined;
  readonly #cap: LogCap;
  readonly #writers = new Map<string, LogWriter>();
  readonly #recent = new RecentObjects(MAX_RECENT_BYTES);

  constructor(options: S3LogStoreOptions) {
    const { maxLines: lines = 10_000, maxBytes: bytes = DEFAULT_LOG_BYTES, timeoutMs = 10_000 } = options;
    this.#requests = new S3Requests(options, USE, timeoutMs);
    this.#prefix = options.prefix;
    this.#cap = { lines, bytes };
  }

  async append(name: LogName, lines: readonly Omit<LogLine, 'id'>[]): Promise<void> {
    if (lines.length > 0) await this.#writerOf(this.#pathOf(name)).append(lines);
  }

  async read(name: LogName, after: string, limit: number): Promise<readonly LogLine[]> {
    if (limit <= 0) return [];
    const path = this.#pathOf(name);
    for (let look = 1; ; look++) {
      const pieces = logPieces(await this.#list(path));
      const kept = pieces.slice(countBeyondCap(pieces, this.#cap));
      const from = Math.max(positionOf(after), lastNumber(kept) - this.#cap.lines);
      const wanted = piecesAfter(kept, from, limit);
      const contents = await this.#contents(path, wanted);
      if (contents.every((content) => content !== undefined) || look >= MAX_LOOKS)
        return wanted.flatMap((piece, i) => linesOf(piece, contents[i], from)).slice(0, limit);
    }
  }

  async remove(run: string): Promise<void> {
    const folder = folderName(this.#prefix, logFolder(run));
    for (const path of [...this.#writers.keys()]) if (path.startsWith(folder)) this.#writers.delete(path);
    for await (const names of this.#requests.list(folder))
      await this.#requests.remove(names.filter((name) => isOfLog(name.slice(folder.length))));
  }

  async *holders(): AsyncGenerator<readonly string[]> {
    for await (const names of this.#requests.folders(folderName(this.#prefix))) yield names.filter(isRunId);
  }

  #pathOf({ run, node, attempt }: LogName): string {
    return folderName(this.#prefix, logFolder(run), `${Math.trunc(node)}-${Math.trunc(attempt)}`);
  }

  #writerOf(path: string): LogWriter {
    const writer = this.#writers.get(path) ?? new LogWriter(this.#folderAt(path));
    this.#writers.delete(path);
    this.#writers.set(path, writer);
    for (const oldest of this.#writers.keys()) {
      if (this.#writers.size <= MAX_REMEMBERED) break;
      this.#writers.delete(oldest);
    }
    return writer;
  }

  #folderAt(path: string): LogFolder {
    return { requests: this.#requests, path, cap: this.#cap, list: () => this.#list(path) };
  }

  async #list(path: string): Promise<readonly LogObject[]> {
    const objects: LogObject[] = [];
    for await (const names of this.#requests.list(path))
      for (const name of names) {
        const object = readLogObjectName(name.slice(path.length));
        if (object !== undefined) objects.push(object);
      }
    return objects;
  }

  /** Undefined in the place of one that is there no more. */
  async #contents(path: string, pieces: readonly LogPiece[]): Promise<readonly (Buffer | undefined)[]> {
    const contents: (Buffer | undefined)[] = [];
    for (let at = 0; at < pieces.length; at += READ_AT_ONCE) {
      const group = pieces.slice(at, at + READ_AT_ONCE);
      contents.push(...(await Promise.all(group.map((piece) => this.#content(path, piece)))));
    }
    return contents;
  }

  async #content(path: string, piece: LogPiece): Promise<Buffer | undefined> {
    const object = path + logObjectName(piece);
    const known = this.#recent.get(object);
    if (known !== undefined) return known;
    const reply = await this.#requests.send({ method: 'GET', object, mayBeAbsent: true });
    if (reply === undefined) return undefined;
    const content = Buffer.from(reply.bytes);
    this.#recent.add(object, content);
    return content;
  }
}

/** Those that hold the next lines, `limit` of them if there are as many. */
function piecesAfter(pieces: readonly LogPiece[], from: number, limit: number): readonly LogPiece[] {
  const wanted: LogPiece[] = [];
  let lines = 0;
  for (const piece of pieces) {
    const last = piece.last + piece.shift;
    if (last <= from || lines >= limit) continue;
    wanted.push(piece);
    lines += last - Math.max(from, piece.first + piece.shift - 1);
  }
  return wanted;
}

function linesOf({ shift }: LogPiece, content: Buffer | undefined, from: number): readonly LogLine[] {
  if (content === undefined) return [];
  const lines = linesAfter(content, Math.max(0, from - shift), Number.POSITIVE_INFINITY);
  return shift === 0 ? lines : lines.map((line) => ({ ...line, id: String(Number(line.id) + shift) }));
}

/** Below the folder of its run. */
function isOfLog(path: string): boolean {
  const [folder = '', name = '', ...more] = path.split('/');
  return /^\d+-\d+$/.test(folder) && readLogObjectName(name) !== undefined && more.length === 0;
}
