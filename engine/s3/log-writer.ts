/**
 * Writes the log of one attempt into a folder of a bucket, one append after another. Nothing can be appended to an object, so each
 * batch becomes an object of its own; while the last one is small, the batch takes its lines along and takes its place, so that a
 * log that grows line by line does not fall into thousands of objects.
 *
 * What an object is called says what is in it. So a batch that is sent again after a lost answer, or arrives late, changes nothing.
 */
import { createHash, randomBytes } from 'node:crypto';
import { writeLine } from '../ports/log-file.ts';
import type { LogLine } from '../ports/log-store.ts';
import {
  countBeyondCap,
  type LogCap,
  type LogObject,
  lastNumber,
  logObjectName,
  logPieces,
} from './log-object.ts';
import type { S3Requests } from './requests.ts';

type Line = Omit<LogLine, 'id'>;

/** Where an attempt's log is. */
export interface LogFolder {
  readonly requests: S3Requests;
  /** Ends with a slash. */
  readonly path: string;
  readonly cap: LogCap;
  /** What is there. */
  list(): Promise<readonly LogObject[]>;
}

/** What its writer knows of a log. */
interface Written {
  readonly writer: string;
  /** Of the last line. */
  readonly number: number;
  /** Oldest first. */
  readonly objects: readonly LogObject[];
  /** Text of the last object, if more may be put to it. */
  readonly tail: string | undefined;
  /** Names of objects that can go. */
  readonly surplus: readonly string[];
}

interface NextObject {
  readonly object: LogObject;
  readonly text: string;
  /** It takes the place of the last one. */
  readonly isGrown: boolean;
}

/** Characters of an object up to which it grows, or an eighth of the cap. */
const MAX_GROWN = 16_384;

export class LogWriter {
  readonly #folder: LogFolder;
  readonly #maxGrown: number;
  #written: Written | undefined;
  /** Digest of what was sent and not answered. */
  #unsure: string | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(folder: LogFolder) {
    this.#folder = folder;
    this.#maxGrown = Math.min(MAX_GROWN, folder.cap.bytes / 8);
  }

  append(lines: readonly Line[]): Promise<void> {
    const turn = this.#turn.then(() => this.#append(lines));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #append(lines: readonly Line[]): Promise<void> {
    let written = this.#written ?? (await this.#look());
    let next = this.#next(written, lines);
    if (this.#unsure !== undefined && this.#unsure !== digestOf(next)) {
      // Others than those that were not answered for: what became of these must be known first.
      written = await this.#look();
      next = this.#next(written, lines);
    }
    this.#written = written;
    await this.#put(next);
    this.#written = await this.#removeSurplus(this.#withNext(written, next));
  }

  /** What another worker, or this one before, has written. */
  async #look(): Promise<Written> {
    const pieces = logPieces(await this.#folder.list());
    const writer = randomBytes(6).toString('hex');
    this.#unsure = undefined;
    return { writer, number: lastNumber(pieces), objects: pieces, tail: undefined, surplus: [] };
  }

  #next({ writer, number, objects, tail }: Written, lines: readonly Line[]): NextObject {
    const text = lines.map((line, i) => writeLine(number + i + 1, line)).join('');
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line.text), 0);
    const last = number + lines.length;
    const before = objects.at(-1);
    if (tail !== undefined && before !== undefined && tail.length + text.length <= this.#maxGrown) {
      const object = { writer, first: before.first, last, bytes: before.bytes + bytes };
      return { object, text: tail + text, isGrown: true };
    }
    return { object: { writer, first: number + 1, last, bytes }, text, isGrown: false };
  }

  async #put(next: NextObject): Promise<void> {
    const { requests } = this.#folder;
    try {
      const object = this.#nameOf(next.object);
      await requests.send({ method: 'PUT', object, body: Buffer.from(next.text) });
      this.#unsure = undefined;
    } catch (thrown) {
      this.#unsure = digestOf(next);
      throw thrown;
    }
  }

  #withNext({ writer, objects, surplus }: Written, { object, text, isGrown }: NextObject): Written {
    const all = [...(isGrown ? objects.slice(0, -1) : objects), object];
    const beyond = countBeyondCap(all, this.#folder.cap);
    const gone = [...(isGrown ? objects.slice(-1) : []), ...all.slice(0, beyond)];
    return {
      writer,
      number: object.last,
      objects: all.slice(beyond),
      tail: text.length < this.#maxGrown ? text : undefined,
      surplus: [...surplus, ...gone.map((one) => this.#nameOf(one))],
    };
  }

  /** What cannot be removed now can be the next time; readers know it as surplus. */
  async #removeSurplus(written: Written): Promise<Written> {
    if (written.surplus.length === 0) return written;
    try {
      await this.#folder.requests.remove(written.surplus);
      return { ...written, surplus: [] };
    } catch {
      return written;
    }
  }

  #nameOf(object: LogObject): string {
    return this.#folder.path + logObjectName(object);
  }
}

function digestOf({ text }: NextObject): string {
  return createHash('sha256').update(text).digest('base64');
}
