/**
 * Signals: what people and programs tell a running run. A signal is taken by the first node that waits for its name; one
 * that comes before anybody waits is kept, and taken in order.
 */
import { checkFields } from '../../inputs.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
import type { SignalMessage } from '../../message.ts';
import type { Plan } from '../../plan.ts';
import type { RunHeader } from '../../run-header.ts';
import { isCancelling } from '../../run-part.ts';
import type { RunState } from '../../run-state.ts';
import type { SignalWait } from '../../waiting.ts';
import { waitFor } from '../node/node.ts';
import { attemptName, type NodePlace, nodeName, placeOf } from '../node/node-place.ts';
import { succeedAttempt } from '../node/repeat.ts';
import { failAttempt } from '../node/settle.ts';
import type { Turn } from '../turn.ts';
import { answeredBefore, answerRequest, refuseRequest } from './request.ts';
import { refuseLarge } from './request-size.ts';

/** Signals that a run keeps for nodes to come. */
const MAX_KEPT = 100;
/** Characters of JSON of all of them: they stand in the run's header, which is written with every commit. */
const MAX_KEPT_SIZE = 65_536;
/** Characters of one payload's JSON. Larger data belongs into an artifact, or a place that the payload names. */
const MAX_PAYLOAD = 16_384;

type Kept = NonNullable<RunHeader['signals']>[number];

export function takeSignal(turn: Turn, run: RunState, message: SignalMessage): void {
  if (answeredBefore(turn, run, message)) return;
  const { name, payload, by } = message;
  const refuse = (text: string, code = 'not_possible') =>
    answerRequest(turn, run, message, { ok: false, code, message: text });
  const tooLarge = refuseLarge(message);
  if (tooLarge) return answerRequest(turn, run, message, tooLarge);
  if (isCancelling(run)) return refuseRequest(turn, run, message, 'the run is being cancelled');
  if (!isJsonObject(payload))
    return refuse('the payload must be an object: its fields become outputs', 'invalid_payload');
  if (JSON.stringify(payload).length > MAX_PAYLOAD)
    return refuse(
      `the payload is larger than ${MAX_PAYLOAD / 1_024} KiB; send a reference to the data`,
      'invalid_payload',
    );
  const names = knownSignals(run.plan);
  if (names && !names.includes(name))
    return refuse(`the workflow waits for no signal "${name}"; it waits for ${names.join(', ') || 'none'}`);
  const place = waiterOf(run, name);
  if (place) return hand(turn, place, message, payload);
  const kept = run.header.signals ?? [];
  if (kept.length >= MAX_KEPT)
    return refuse(`${MAX_KEPT} signals are waiting already and no node has taken them; try again later`);
  if (JSON.stringify([...kept, payload]).length > MAX_KEPT_SIZE)
    return refuse(
      `signals of ${MAX_KEPT_SIZE / 1_024} KiB are waiting already and no node has taken them; try again later`,
    );
  run.header.signals = [...kept, { name, payload, ...(by === undefined ? {} : { by }) }];
  turn.saveHeader(run);
  answerRequest(turn, run, message, { ok: true, node: null });
}

/** The first node, in the order of the file, that waits for the signal. */
function waiterOf(run: RunState, name: string): NodePlace | undefined {
  for (const [index, record] of run.nodes.entries()) {
    if (record.state !== 'waiting') continue;
    const wait = run.outputs.get(index)?.w;
    if (wait?.kind === 'signal' && wait.name === name) return placeOf(run, index);
  }
  return undefined;
}

function hand(turn: Turn, place: NodePlace, message: SignalMessage, payload: JsonObject): void {
  const { run, index } = place;
  const wait = run.outputs.get(index)?.w;
  if (wait?.kind !== 'signal') return;
  const problem = misfit(wait, payload);
  if (problem)
    return answerRequest(turn, run, message, { ok: false, code: 'invalid_payload', message: problem });
  if (wait.until !== undefined) turn.removeTimer('wait', attemptName(place));
  take(turn, place, { name: message.name, payload, ...(message.by === undefined ? {} : { by: message.by }) });
  answerRequest(turn, run, message, { ok: true, node: nodeName(place) });
}

/** The node waits for a signal: takes the first kept one that fits, or waits. */
export function awaitSignal(turn: Turn, place: NodePlace, wait: SignalWait): void {
  const { header } = place.run;
  const kept = header.signals ?? [];
  const at = kept.findIndex(({ name, payload }) => name === wait.name && misfit(wait, payload) === undefined);
  const found = kept[at];
  if (found) {
    header.signals = kept.filter((_, i) => i !== at);
    return take(turn, place, found);
  }
  const { until } = wait;
  if (until !== undefined && until <= turn.now) return expireSignal(turn, place, wait);
  waitFor(
    turn,
    place,
    { w: wait },
    { ...(until === undefined ? {} : { until }), detail: { reason: `signal ${wait.name}` } },
  );
}

function take(turn: Turn, place: NodePlace, { name, payload, by }: Kept): void {
  const { run, index, record } = place;
  const detail = { reason: name, ...(by === undefined ? {} : { by }) };
  turn.event(run, 'node.signalled', { node: index, attempt: record.attempt, detail });
  succeedAttempt(turn, place, { o: isJsonObject(payload) ? payload : {} });
}

/** Nobody sent it in time. */
export function expireSignal(turn: Turn, place: NodePlace, { name }: SignalWait): void {
  failAttempt(turn, place, { code: 'wait_expired', message: `no signal "${name}" came in time` });
}

function misfit({ schema }: SignalWait, payload: Kept['payload']): string | undefined {
  if (!schema) return undefined;
  const problems = checkFields(schema, isJsonObject(payload) ? payload : {});
  if (problems.length === 0) return undefined;
  return `the payload does not fit: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}`;
}

/** Names of all signals that the workflow waits for; undefined when one of them is computed. */
function knownSignals(plan: Plan): string[] | undefined {
  const names = plan.tasks.flatMap(({ action }) =>
    action.uses === 'wait' && action.with['signal'] !== undefined ? [action.with['signal']] : [],
  );
  const texts = names.filter((name): name is string => typeof name === 'string' && !name.includes('${{'));
  return texts.length === names.length ? [...new Set(texts)] : undefined;
}
