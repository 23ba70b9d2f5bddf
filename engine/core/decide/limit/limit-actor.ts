/**
 * What a limit does. It counts its holders by name, so that whatever comes twice or late is harmless; who holds it without
 * need is found by asking. A grant that nobody wants any more is answered with a release.
 */

import type { Json } from '../../json.ts';
import { holderName, WHOLE_RUN } from '../../limit/address.ts';
import { type LimitAsk, readAsk, readRelease } from '../../limit/ask.ts';
import { bookOf, LimitBook } from '../../limit/book.ts';
import {
  type Declaration,
  describeEntry,
  FIELDS,
  type LimitDefinition,
  type LimitEntry,
  readDefinition,
  readUsed,
} from '../../limit/document.ts';
import { freeAt, takeUnits, unitsInWindow } from '../../limit/window.ts';
import type { ActorMessage, InboxMessage } from '../../message.ts';
import type { ActorBehaviour } from '../actor/actor-behaviour.ts';
import type { Turn } from '../turn.ts';

/** How often holders and those who wait are asked whether they are still there, ms. */
export const CHECK_MS = 60_000;
/** Asked at once; the others a second later. */
const CHECKED_AT_ONCE = 300;
const CHECK_PAUSE_MS = 1_000;
/** Between SIGTERM and SIGKILL for a run that has to make room, ms. */
const GRACE_MS = 10_000;

/** One limit in a turn. */
interface Limit {
  readonly turn: Turn;
  readonly address: string;
}

export const LIMIT: ActorBehaviour = {
  receive(turn, message) {
    const limit = { turn, address: message.to };
    const take = MESSAGES.get(message.name);
    if (take) return take(limit, message);
    const text = `a limit does not know what "${message.name}" is`;
    turn.answer(message, { ok: false, code: 'not_possible', message: text });
  },
  wake(turn, address, timer) {
    const limit = { turn, address };
    if (timer === 'check') check(limit);
    else if (timer === 'room') makeRoom(limit);
    else {
      serve(limit);
      tidy(limit);
    }
  },
};

const MESSAGES: ReadonlyMap<string, (limit: Limit, message: ActorMessage) => void> = new Map([
  ['acquire', acquire],
  ['release', release],
  ['release_run', releaseRun],
  ['set', set],
  ['reset', reset],
]);

function write({ turn, address }: Limit, field: string, document: object): void {
  const book = bookFor(turn, address);
  turn.setDocument(address, field, document as Json);
  if (!book) return;
  book.note(field, document as Json);
  book.size = turn.actor(address).size;
}

function remove({ turn, address }: Limit, field: string): void {
  const book = bookFor(turn, address);
  turn.removeDocument(address, field);
  if (!book) return;
  book.strike(field);
  book.size = turn.actor(address).size;
}

/** A limit without documents has no book yet. */
function bookFor(turn: Turn, address: string): LimitBook | undefined {
  return turn.shard.actors.has(address) ? bookOf(turn.actor(address)) : undefined;
}

function book({ turn, address }: Limit): LimitBook {
  return bookFor(turn, address) ?? new LimitBook(new Map());
}

function acquire(limit: Limit, { body }: ActorMessage): void {
  const ask = readAsk(body);
  if (!ask) return;
  declare(limit, ask.declared);
  const name = holderName(ask);
  const { holders, waiters } = book(limit);
  const held = holders.get(name);
  const waits = waiters.get(name);
  if (held) {
    if (ask.at > held.at) write(limit, FIELDS.holder(name), { ...held, at: ask.at });
    return grant(limit, { ...held, at: Math.max(ask.at, held.at) });
  }
  if (!waits) enter(limit, name, ask);
  else if (ask.at > waits.at) write(limit, FIELDS.waiter(name), { ...waits, at: ask.at });
  serve(limit);
  if (ask.onLimit === 'reject') reject(limit, name);
  if (ask.onLimit === 'cancel_running') makeRoom(limit);
  tidy(limit);
}

/** The newest run's declaration holds, unless an operator has said otherwise. */
function declare(limit: Limit, declared: Declaration): void {
  const now = readDefinition(limit.turn.actor(limit.address));
  const before = now?.declared;
  if (before && before.at >= declared.at) return;
  const isSame = before?.limit === declared.limit && before.perMs === declared.perMs;
  // Which run brought the same number is of no interest until another one differs: nothing is written for it.
  if (isSame) return;
  const differs = before && before.workflow !== declared.workflow ? { differs: before } : {};
  const effective = now?.by === 'operator' ? now : { ...numbersOf(declared), by: 'workflow' as const };
  define(limit, { ...effective, declared, ...differs });
}

function define(limit: Limit, definition: LimitDefinition): void {
  write(limit, FIELDS.definition, definition);
}

function numbersOf({ limit, perMs }: Declaration): Pick<LimitDefinition, 'limit' | 'perMs'> {
  return { limit, ...(perMs === undefined ? {} : { perMs }) };
}

function enter(limit: Limit, name: string, { declared: _, onLimit: __, ...ask }: LimitAsk): void {
  if (entries(limit) === 0) scheduleCheck(limit, CHECK_MS);
  write(limit, FIELDS.waiter(name), { ...ask, since: limit.turn.now } satisfies LimitEntry);
}

function entries(limit: Limit): number {
  const { holders, waiters } = book(limit);
  return holders.size + waiters.size;
}

function scheduleCheck({ turn, address }: Limit, inMs: number): void {
  turn.setActorTimer(address, 'check', turn.now + inMs);
}

/** Lets in who is next, as long as there is room. */
function serve(limit: Limit): void {
  const { turn, address } = limit;
  let served = 0;
  for (let next = book(limit).next(); next; next = book(limit).next()) {
    // Thousands may enter at once, when an operator raises the number: the others follow in the next turn.
    if (served++ > 0 && turn.isFull) return turn.setActorTimer(address, 'free', turn.now);
    if (!takeRoom(limit, next.entry)) return;
    book(limit).serve();
    remove(limit, FIELDS.waiter(next.name));
    const entry = { ...next.entry, since: turn.now };
    write(limit, FIELDS.holder(next.name), entry);
    grant({ turn, address }, entry);
  }
}

/** Whether there is room; of a rate limit it is taken at once, and the first moment with room is waited for. */
function takeRoom(limit: Limit, { cost }: LimitEntry): boolean {
  const { turn, address } = limit;
  const definition = readDefinition(turn.actor(address));
  if (!definition) return false;
  const { perMs } = definition;
  if (perMs === undefined) return book(limit).holders.size < definition.limit;
  const used = readUsed(turn.actor(address));
  // Who wants more than an operator now allows gets the whole window.
  const units = Math.min(cost, definition.limit);
  if (units === 0) return false;
  const at = freeAt(used, { limit: definition.limit, perMs }, { now: turn.now, units });
  if (at === turn.now) {
    write(limit, FIELDS.used, takeUnits(used, perMs, { now: turn.now, units }));
    return true;
  }
  if (at !== undefined) turn.setActorTimer(address, 'free', at);
  return false;
}

function grant({ turn, address }: Limit, { run, node, generation, attempt, at }: LimitEntry): void {
  post(turn, { type: 'granted', run, node, generation, attempt, limit: address, at });
}

function post(turn: Turn, message: InboxMessage): void {
  turn.post({ kind: 'message', message });
}

function reject(limit: Limit, name: string): void {
  const { turn, address } = limit;
  const entry = book(limit).waiters.get(name);
  if (!entry) return;
  remove(limit, FIELDS.waiter(name));
  const { run, node, generation, attempt } = entry;
  const holder = [...book(limit).holders.values()][0];
  const reason = holder ? `it is held by ${describeEntry(holder)}` : 'it lets nobody in';
  post(turn, { type: 'refused', run, node, generation, attempt, limit: address, reason });
}

/** The newest runs are to have the places; all older ones are asked to end, in portions that a commit can take. */
function makeRoom(limit: Limit): void {
  const { holders, waiters } = book(limit);
  const places = readDefinition(limit.turn.actor(limit.address))?.limit ?? 0;
  const runs = [
    ...[...holders].map(([name, entry]) => ({ field: FIELDS.holder(name), entry })),
    ...[...waiters].map(([name, entry]) => ({ field: FIELDS.waiter(name), entry })),
  ].filter(({ entry }) => entry.node === WHOLE_RUN);
  runs.sort((a, b) => b.entry.born - a.entry.born || (a.entry.run < b.entry.run ? 1 : -1));
  let asked = 0;
  for (const { field, entry } of runs.slice(places)) {
    if (entry.ending) continue;
    // After a large limit was lowered there are thousands: the others follow in the next turn.
    if (asked++ > 0 && limit.turn.isFull)
      return limit.turn.setActorTimer(limit.address, 'room', limit.turn.now);
    write(limit, field, { ...entry, ending: true });
    const reason = `a newer run took its place in the limit (on_limit: cancel_running)`;
    post(limit.turn, { type: 'cancel', run: entry.run, reason, graceMs: GRACE_MS });
  }
}

function release(limit: Limit, { body }: ActorMessage): void {
  const found = readRelease(body);
  if (!found) return;
  const name = holderName(found);
  const { holders, waiters } = book(limit);
  if ((holders.get(name)?.at ?? Number.POSITIVE_INFINITY) <= found.at) remove(limit, FIELDS.holder(name));
  if ((waiters.get(name)?.at ?? Number.POSITIVE_INFINITY) <= found.at) remove(limit, FIELDS.waiter(name));
  serve(limit);
  tidy(limit);
}

function releaseRun(limit: Limit, { body }: ActorMessage): void {
  const { holders, waiters } = book(limit);
  for (const [name, { run }] of [...holders]) if (run === body['run']) remove(limit, FIELDS.holder(name));
  for (const [name, { run }] of [...waiters]) if (run === body['run']) remove(limit, FIELDS.waiter(name));
  serve(limit);
  tidy(limit);
}

/** Asks those who have not been asked for a minute whether they are still there. Who is not answers with a release. */
function check(limit: Limit): void {
  const { turn, address } = limit;
  const { holders, waiters, asked } = book(limit);
  const due = [...holders, ...waiters].filter(
    ([name, { since }]) => Math.max(since, asked.get(name) ?? 0) + CHECK_MS <= turn.now,
  );
  for (const [name, { run, node, generation, attempt }] of due.slice(0, CHECKED_AT_ONCE)) {
    asked.set(name, turn.now);
    post(turn, { type: 'still_held', run, node, generation, attempt, limit: address });
  }
  if (entries(limit) > 0) scheduleCheck(limit, due.length > CHECKED_AT_ONCE ? CHECK_PAUSE_MS : CHECK_MS);
}

/** A limit that nobody uses and no operator has set is forgotten. */
function tidy(limit: Limit): void {
  const { turn, address } = limit;
  if (entries(limit) > 0) return;
  turn.removeActorTimer(address, 'check');
  const definition = readDefinition(turn.actor(address));
  const used = unitsInWindow(readUsed(turn.actor(address)), definition?.perMs ?? 0, turn.now);
  const last = used.at(-1);
  if (last) return turn.setActorTimer(address, 'free', last[0] + (definition?.perMs ?? 0));
  turn.removeActorTimer(address, 'free');
  remove(limit, FIELDS.used);
  if (definition?.by !== 'operator') remove(limit, FIELDS.definition);
}

/** An operator sets the number. Lowering it below the holders takes nothing from them: they drain. */
function set(limit: Limit, message: ActorMessage): void {
  const { turn, address } = limit;
  const { limit: wanted, per_ms: perMs, by } = message.body;
  const before = readDefinition(turn.actor(address));
  if (typeof wanted !== 'number') return;
  define(limit, {
    ...before,
    limit: wanted,
    ...(typeof perMs === 'number' ? { perMs } : {}),
    by: 'operator',
    ...(typeof by === 'string' ? { name: by } : {}),
  });
  serve(limit);
  turn.answer(message, { ok: true, before: before?.limit ?? null, limit: wanted });
}

/** What workflows declare holds again. */
function reset(limit: Limit, message: ActorMessage): void {
  const { turn, address } = limit;
  const before = readDefinition(turn.actor(address));
  if (!before) {
    const text = 'nobody uses the limit and nobody has set it';
    return turn.answer(message, { ok: false, code: 'limit_not_found', message: text });
  }
  const { declared, differs } = before;
  if (declared) {
    const kept = differs ? { differs } : {};
    define(limit, { ...numbersOf(declared), by: 'workflow', declared, ...kept });
  } else remove(limit, FIELDS.definition);
  serve(limit);
  tidy(limit);
  turn.answer(message, { ok: true, before: before.limit, limit: declared?.limit ?? null });
}
