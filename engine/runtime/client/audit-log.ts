/**
 * The audit log: one record for each change that a person or program asked for, written before the change is made, so that
 * none happens unrecorded. What was refused after all is told by a second record that names the first.
 */
import {
  type AuditEntry,
  type AuditRecord,
  ChainCheck,
  type ChainEnd,
  type ChainProblem,
  chainHash,
} from '../../core/audit/record.ts';
import { SluiceError } from '../../core/errors.ts';
import type { AuditStore } from '../../ports/audit-store.ts';

/** Records kept unless told otherwise. */
export const DEFAULT_AUDIT_KEEP = 100_000;
const PAGE = 1_000;
/** Other processes may append at the same time; each try but one of them succeeds. */
const TRIES = 200;
/** Characters of one text in a record. */
const MAX_TEXT = 500;

export interface AuditLogOptions {
  readonly store: AuditStore;
  readonly now: () => number;
  /** Records that are kept. Default 100,000. */
  readonly keep?: number;
}

export interface AuditFilter {
  /** Only records with a smaller number. */
  readonly before?: number;
  readonly limit: number;
  readonly namespace?: string;
  /** `run.cancel`, or `run` for all of runs. */
  readonly action?: string;
  readonly object?: string;
  /** Name or token id. */
  readonly who?: string;
}

export interface AuditVerdict {
  readonly records: number;
  /** What to note elsewhere: a later chain must contain it. */
  readonly head: ChainEnd;
  readonly anchor: ChainEnd;
  readonly problems: readonly ChainProblem[];
}

export class AuditLog {
  readonly #options: AuditLogOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** Answers its number. @throws SluiceError redis_unreachable, redis_refused, overloaded: then nothing may be changed */
  record(entry: AuditEntry): Promise<number> {
    const done = this.#last.then(() => this.#append(entry));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Newest first. */
  async list(filter: AuditFilter): Promise<readonly AuditRecord[]> {
    const found: AuditRecord[] = [];
    let before = filter.before ?? Number.POSITIVE_INFINITY;
    while (found.length < filter.limit) {
      const page = await this.#options.store.readBack(before, PAGE);
      for (const { json, n } of page) {
        before = n;
        const record = parse(json);
        if (record && fits(record, filter)) found.push(record);
        if (found.length === filter.limit) break;
      }
      if (page.length < PAGE) break;
    }
    return found;
  }

  /** Follows the chain from its anchor to its head. @param noted a head that somebody noted earlier */
  async verify(noted?: ChainEnd): Promise<AuditVerdict> {
    const { store } = this.#options;
    // The head before the records: what is appended meanwhile is not looked at.
    const [head, anchor] = [await store.head(), await store.anchor()];
    const check = new ChainCheck(anchor);
    const problems: ChainProblem[] = [];
    let after = 0;
    for (let page = await store.read(after, PAGE); page.length > 0; page = await store.read(after, PAGE)) {
      for (const record of page) {
        after = record.n;
        if (record.n > head.n && head.n > 0) continue;
        check.add(record);
        if (noted?.n === record.n && noted.hash !== record.hash)
          problems.push({ n: noted.n, problem: 'changed' });
      }
    }
    problems.push(...check.finish(head));
    if (noted?.n === anchor.n && noted.hash !== anchor.hash)
      problems.push({ n: noted.n, problem: 'changed' });
    if (noted && noted.n > head.n) problems.push({ n: noted.n, problem: 'removed' });
    return { records: check.count(), head, anchor, problems };
  }

  async #append(entry: AuditEntry): Promise<number> {
    const { store, now, keep = DEFAULT_AUDIT_KEEP } = this.#options;
    let head = await store.head();
    for (let tries = 0; tries < TRIES; tries++) {
      const n = head.n + 1;
      const json = JSON.stringify({ n, at: now(), ...bounded(entry) });
      const record = { n, json, hash: chainHash(head.hash, json) };
      const reply = await store.append(head, record, keep);
      if (reply === 'appended' || (reply.n === n && reply.hash === record.hash)) return n;
      head = reply;
    }
    throw new SluiceError(
      'overloaded',
      `The audit log took no record in ${TRIES} tries, since others append all the time; nothing was changed. Try again.`,
    );
  }
}

/** Names and ids come from outside; no record grows with them. */
function bounded(entry: AuditEntry): AuditEntry {
  const cut = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
  return { ...entry, object: cut(entry.object), who: { ...entry.who, name: cut(entry.who.name) } };
}

function fits(record: AuditRecord, { namespace, action, object, who }: AuditFilter): boolean {
  return (
    (namespace === undefined || record.namespace === namespace) &&
    (action === undefined || record.action === action || record.action.startsWith(`${action}.`)) &&
    (object === undefined || record.object === object) &&
    (who === undefined || record.who.name === who || record.who.id === who)
  );
}

/** A record that somebody damaged is told by `verify`; here it is left out. */
function parse(json: string): AuditRecord | undefined {
  try {
    return JSON.parse(json) as AuditRecord;
  } catch {
    return undefined;
  }
}
