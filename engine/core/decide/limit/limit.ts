/**
 * Limits, as a run and its nodes see them: asking for one place after the other, and giving all back. What is held follows
 * from a node's state: one that is queued or running holds all limits of its task, one that waits, retries or has ended none.
 * After a take-over a blocked node asks again from the first; what it was granted before is granted at once.
 */
import type { TaskError } from '../../errors.ts';
import { WHOLE_RUN } from '../../limit/address.ts';
import { acquireMessage, type LimitAsk, releaseMessage } from '../../limit/ask.ts';
import { fairnessOf, hasLimits, needsOf, runNeedOf } from '../../limit/need.ts';
import type { LimitNeed, LimitWait } from '../../limit/wait.ts';
import type { ActorMessage, AttemptName, GrantedMessage, StillHeldMessage } from '../../message.ts';
import { isRunEnded } from '../../node-state.ts';
import type { Prepared } from '../../prepare.ts';
import { isActive, type RunState } from '../../run-state.ts';
import { isFanTask, type NodePlace, placeOf } from '../node/node-place.ts';
import type { Turn } from '../turn.ts';

/** Pause before a limit that has not answered is asked again, ms; it doubles up to `MAX_PAUSE_MS`. */
const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 60_000;
/** Asked again in one turn. */
const REMINDED_AT_ONCE = 200;

/** What a node that may enter now has to wait for, if anything; of a node that was asking already, from the first again. */
export function enterLimits(turn: Turn, place: NodePlace): Prepared<LimitNeed | undefined> {
  const { run, index, record, task } = place;
  const found = needsOf(run, record, task);
  if ('error' in found) return found;
  const needs = found.value;
  const tooMuch = needs.find(({ cost, limit, perMs }) => perMs !== undefined && cost > limit);
  if (tooMuch) return { error: costError(tooMuch) };
  run.limited.set(index, { needs, got: 0, askedAt: turn.now, pauseMs: FIRST_PAUSE_MS });
  if (needs.length === 0) return { value: undefined };
  // Later than all that this run has given back: what comes twice or late is told apart by it.
  const isAgain = record.state === 'blocked';
  record.queuedAt = Math.max(turn.now, run.releasedAt + 1, isAgain ? record.queuedAt + 1 : 0);
  if (isAgain) giveBackLater(turn, place, needs);
  return { value: askNext(turn, place) };
}

/**
 * A former owner may have asked for more than the first, and what it was granted since may be held. Who then asks for the first
 * again holds places out of turn, and could wait for one who waits for them.
 */
function giveBackLater(turn: Turn, place: NodePlace, needs: readonly LimitNeed[]): void {
  const name = comingAttempt(place);
  const at = place.record.queuedAt - 1;
  for (const { address, perMs } of needs.slice(1))
    if (perMs === undefined) tell(turn, releaseMessage(address, name, at));
}

function costError({ key, cost, limit }: LimitNeed): TaskError {
  const message = `rate_limit: it costs ${cost} units, and the limit "${key}" allows ${limit} in all; raise \`limit\` or lower \`cost\``;
  return { code: 'limit_exceeded', message };
}

/** Asks for the limit whose turn it is; undefined when the node has them all. */
function askNext(turn: Turn, { run, index, record, task }: NodePlace): LimitNeed | undefined {
  const wait = run.limited.get(index);
  const need = wait?.needs[wait.got];
  if (!wait || !need) return undefined;
  wait.askedAt = turn.now;
  const name = comingAttempt({ run, index, record, task });
  const { id } = task;
  const label = run.tasks[record.task]?.fan ? `${id}[${record.item}]` : id;
  const { queuedAt: at } = record;
  tell(
    turn,
    acquireMessage(need.address, { ...askOf(run, need), ...name, at, priority: task.priority, label }),
  );
  return need;
}

function askOf(
  run: RunState,
  need: LimitNeed,
): Omit<LimitAsk, keyof AttemptName | 'at' | 'priority' | 'label'> {
  const { createdAt, workflow } = run.header;
  const { limit, perMs, cost } = need;
  return {
    born: createdAt,
    fairness: fairnessOf(run),
    cost,
    workflow,
    declared: { limit, ...(perMs === undefined ? {} : { perMs }), workflow, at: createdAt },
  };
}

function tell(turn: Turn, message: ActorMessage): void {
  turn.post({ kind: 'message', message });
}

/** A blocked node asks for the attempt that it will begin. */
function comingAttempt({ run, index, record }: NodePlace): AttemptName {
  const { generation, attempt } = record;
  const isBegun = isActive(record);
  return { run: run.header.id, node: index, generation, attempt: isBegun ? attempt : attempt + 1 };
}

/** Gives back what a node holds or asks for. Call before its state changes. */
export function leaveLimits(turn: Turn, place: NodePlace): void {
  const { run, index, record, task } = place;
  if (!hasLimits(task) || isFanTask(place)) return;
  const wait = run.limited.get(index);
  run.limited.delete(index);
  if (!isActive(record) && record.state !== 'blocked') return;
  const found: Prepared<readonly LimitNeed[]> = wait ? { value: wait.needs } : needsOf(run, record, task);
  if ('error' in found || found.value.length === 0) return;
  run.releasedAt = Math.max(turn.now, record.queuedAt);
  const name = comingAttempt(place);
  for (const { address } of found.value) tell(turn, releaseMessage(address, name, run.releasedAt));
}

/** Whether the node asks for limits and has not got them all. It keeps its place in `max_parallel` meanwhile. */
export function isEntering(run: RunState, index: number): boolean {
  const wait = run.limited.get(index);
  return wait !== undefined && wait.got < wait.needs.length;
}

/** What a grant means to a node: `entered` with the next limit to wait for, or with none left. */
export type Granted =
  | { readonly kind: 'entered'; readonly next: LimitNeed | undefined }
  | { readonly kind: 'nothing' };

/** Takes a grant for a node. One that nobody wants is given back. */
export function takeGrant(turn: Turn, run: RunState, message: GrantedMessage): Granted {
  const place = placeOf(run, message.node);
  const wait = run.limited.get(message.node);
  if (!place || !wait || !isEntering(run, message.node) || place.record.state !== 'blocked') {
    giveBackUnwanted(turn, run, message);
    return { kind: 'nothing' };
  }
  if (!isOfComing(place, message)) {
    giveBackUnwanted(turn, run, message);
    return { kind: 'nothing' };
  }
  if (isAhead(wait, message)) giveBackAhead(turn, place, message);
  // Others answer an earlier ask, or one for a limit that it has already.
  const isAnswer = message.at >= place.record.queuedAt;
  if (!isAnswer || wait.needs[wait.got]?.address !== message.limit) return { kind: 'nothing' };
  // A later time is that of an ask whose owner lost its memory: what is given back must not be older than it.
  place.record.queuedAt = message.at;
  wait.got++;
  wait.pauseMs = FIRST_PAUSE_MS;
  return { kind: 'entered', next: askNext(turn, place) };
}

function isOfComing(place: NodePlace, { attempt, generation }: GrantedMessage | StillHeldMessage): boolean {
  const coming = comingAttempt(place);
  return attempt === coming.attempt && generation === coming.generation;
}

/**
 * Whether the node has not come to the limit yet: what it holds there was granted to an ask that came late, or to a former
 * owner. Units of a rate limit keep nobody out, and are not spent twice.
 */
function isAhead({ needs, got }: LimitWait, { limit }: GrantedMessage | StillHeldMessage): boolean {
  return needs.some(({ address, perMs }, i) => i > got && address === limit && perMs === undefined);
}

/**
 * Who holds a limit out of turn may wait for one who waits for it, for ever. From now on the node asks with a time that is later
 * than what it gives back: a release that comes late takes nothing of it.
 */
function giveBackAhead(turn: Turn, place: NodePlace, message: GrantedMessage | StillHeldMessage): void {
  const { run, index, record } = place;
  const at = Math.max(turn.now, record.queuedAt, message.type === 'granted' ? message.at : 0);
  tell(turn, releaseMessage(message.limit, message, at));
  record.queuedAt = at + 1;
  turn.saveNode(run, index);
  askNext(turn, place);
}

/** A limit asks whether its holder is still there, or grants what nobody asked for: the answer is a release, or nothing. */
export function giveBackUnwanted(
  turn: Turn,
  run: RunState,
  message: GrantedMessage | StillHeldMessage,
): void {
  const place = placeOf(run, message.node);
  const wait = run.limited.get(message.node);
  const isBlocked = place?.record.state === 'blocked' && isEntering(run, message.node);
  if (!isWanted(run, message)) giveBack(turn, message);
  else if (place && wait && isBlocked && isAhead(wait, message)) giveBackAhead(turn, place, message);
}

/** Also for runs that have ended, or that the store no longer has. */
export function giveBack(turn: Turn, message: GrantedMessage | StillHeldMessage): void {
  const at = message.type === 'granted' ? Math.max(turn.now, message.at) : turn.now;
  tell(turn, releaseMessage(message.limit, message, at));
}

function isWanted(run: RunState, message: GrantedMessage | StillHeldMessage): boolean {
  if (message.node === WHOLE_RUN)
    return !isRunEnded(run.header.status) && message.generation === runGeneration(run);
  const place = placeOf(run, message.node);
  if (!place || place.record.generation !== message.generation) return false;
  if (!isActive(place.record) && !isEntering(run, message.node)) return false;
  if (comingAttempt(place).attempt !== message.attempt) return false;
  const wait = run.limited.get(message.node);
  const found = wait ? { value: wait.needs } : needsOf(run, place.record, place.task);
  return 'value' in found && found.value.some(({ address }) => address === message.limit);
}

function runGeneration({ header }: RunState): number {
  return header.retries ?? 0;
}

function runName(run: RunState): AttemptName {
  return { run: run.header.id, node: WHOLE_RUN, generation: runGeneration(run), attempt: 0 };
}

/** Asks for the run's own limit; the value is what it waits for, if anything. */
export function enterRunLimit(turn: Turn, run: RunState): Prepared<LimitNeed | undefined> {
  const found = runNeedOf(run);
  if ('error' in found || !found.value) return found;
  const wait = run.limited.get(WHOLE_RUN) ?? {
    needs: [found.value],
    got: 0,
    askedAt: 0,
    pauseMs: FIRST_PAUSE_MS,
  };
  run.limited.set(WHOLE_RUN, wait);
  askForRun(turn, run, wait);
  return found;
}

function askForRun(turn: Turn, run: RunState, wait: LimitWait): void {
  const need = wait.needs[0];
  if (!need) return;
  wait.askedAt = turn.now;
  const { createdAt: at, priority } = run.header;
  const onLimit = run.plan.concurrency?.onLimit ?? 'queue';
  tell(
    turn,
    acquireMessage(need.address, { ...askOf(run, need), ...runName(run), at, priority, label: '', onLimit }),
  );
}

/** Whether the grant lets the run begin; it is given back when the run does not wait for it. */
export function takeRunGrant(turn: Turn, run: RunState, message: GrantedMessage): boolean {
  const isWaiting = run.header.status === 'queued' && message.generation === runGeneration(run);
  if (!isWaiting) giveBackUnwanted(turn, run, message);
  else run.limited.delete(WHOLE_RUN);
  return isWaiting;
}

/** The run has ended, or will never begin. */
export function leaveRunLimit(turn: Turn, run: RunState): void {
  if (!run.plan.concurrency) return;
  run.limited.delete(WHOLE_RUN);
  const found = runNeedOf(run);
  if ('value' in found && found.value)
    tell(turn, releaseMessage(found.value.address, runName(run), Math.max(turn.now, run.header.createdAt)));
}

/** Those who have waited long ask again: the question, or its answer, may have gone with a store that went back. */
export function askAgain(turn: Turn, run: RunState): void {
  let asked = 0;
  for (const [index, wait] of run.limited) {
    if (!isDue(wait, turn.now) || asked++ >= REMINDED_AT_ONCE) continue;
    wait.pauseMs = Math.min(2 * wait.pauseMs, MAX_PAUSE_MS);
    const place = placeOf(run, index);
    if (index === WHOLE_RUN) askForRun(turn, run, wait);
    else if (place?.record.state === 'blocked') askNext(turn, place);
  }
}

/** Whether some node of the run has waited so long that it asks again. */
export function mustAskAgain({ limited }: RunState, now: number): boolean {
  for (const wait of limited.values()) if (isDue(wait, now)) return true;
  return false;
}

function isDue({ needs, got, askedAt, pauseMs }: LimitWait, now: number): boolean {
  return got < needs.length && askedAt + pauseMs <= now;
}
