/**
 * Records of changes, chained: the hash of each covers the hash of the one before it, so that none can be changed, removed or moved
 * without every later hash giving it away. Who can write to the store can still write a whole new chain; what that cannot do is end
 * in a hash that somebody noted elsewhere.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '../json.ts';

export interface AuditActor {
  /** `token`: over the API; `user`: a system user, directly on Redis; `local`: the API of this machine without a token. */
  readonly kind: 'token' | 'user' | 'local' | 'webhook';
  /** Id of the token. */
  readonly id?: string;
  readonly name: string;
  /** Network address that the request came from. */
  readonly address?: string;
}

export interface AuditEntry {
  readonly who: AuditActor;
  /** What was done, such as `run.cancel`. */
  readonly action: string;
  /** To what, such as `run/01J…` or `secret/default/TOKEN`. */
  readonly object: string;
  readonly namespace?: string;
  /** SHA-256 of the object before; null: there was none, or it has no content of its own. */
  readonly before: string | null;
  /** SHA-256 of the object after; null: it is gone, or it decides itself what becomes of it. */
  readonly after: string | null;
  /** SHA-256 of what was asked. */
  readonly asked?: string;
  /** Id of the request to the server. */
  readonly request?: string;
  /** Set when record `of` tells of something that was refused after all: the code of the error. */
  readonly failed?: { readonly of: number; readonly code: string };
}

export interface AuditRecord extends AuditEntry {
  /** From 1, without gaps. */
  readonly n: number;
  /** ms since 1970, by the clock of who recorded it. */
  readonly at: number;
}

/** Where a chain begins or ends: the number of a record and its hash. */
export interface ChainEnd {
  readonly n: number;
  readonly hash: string;
}

/** Before the first record. */
export const CHAIN_START: ChainEnd = { n: 0, hash: '0'.repeat(64) };

/** A record as it is stored: its text, and the hash that it had when it was appended. */
export interface StoredRecord extends ChainEnd {
  readonly json: string;
}

export interface ChainProblem {
  readonly n: number;
  readonly problem: 'changed' | 'removed' | 'moved' | 'added';
}

export function chainHash(before: string, json: string): string {
  return createHash('sha256').update(`${before}\n${json}`).digest('hex');
}

/** Hash of an object, the same for any order of its fields. */
export function contentHash(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** Follows a chain record by record. */
export class ChainCheck {
  #at: ChainEnd;
  readonly #problems: ChainProblem[] = [];
  #count = 0;

  /** @param start the record before the first that is left */
  constructor(start: ChainEnd) {
    this.#at = start;
  }

  add({ n, json, hash }: StoredRecord): void {
    this.#count++;
    for (let missing = this.#at.n + 1; missing < n; missing++) this.#tell(missing, 'removed');
    const isNext = n === this.#at.n + 1;
    if (n <= this.#at.n) this.#tell(n, 'added');
    else if (numberIn(json) !== n) this.#tell(n, 'moved');
    // Behind a gap the hash before is not known: the record is taken as it says, and the gap is told.
    else if (isNext && chainHash(this.#at.hash, json) !== hash) this.#tell(n, 'changed');
    this.#at = { n, hash };
  }

  /** @param end the last record as the store says it, or as somebody noted it */
  finish(end: ChainEnd): readonly ChainProblem[] {
    for (let missing = this.#at.n + 1; missing <= end.n; missing++) this.#tell(missing, 'removed');
    if (this.#at.n > end.n) this.#tell(this.#at.n, 'added');
    if (this.#at.n === end.n && this.#at.hash !== end.hash) this.#tell(end.n, 'changed');
    return this.#problems;
  }

  count(): number {
    return this.#count;
  }

  /** A million missing records are one finding. */
  #tell(n: number, problem: ChainProblem['problem']): void {
    if (this.#problems.length < 1_000) this.#problems.push({ n, problem });
  }
}

function numberIn(json: string): number | undefined {
  try {
    const { n } = JSON.parse(json) as { n?: unknown };
    return typeof n === 'number' ? n : undefined;
  } catch {
    return undefined;
  }
}
