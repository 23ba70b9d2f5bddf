/**
 * What people ask of a run: each request is answered once its effect is stored, and a refusal says why. The same request, sent
 * again, gets the same answer and has no other effect.
 */
import { checkValues } from '../../inputs.ts';
import type {
  Answer,
  Asked,
  CancelMessage,
  MarkMessage,
  Message,
  PauseMessage,
  ResumeMessage,
  RetryMessage,
} from '../../message.ts';
import { isEnded, isRunEnded, standsAs } from '../../node-state.ts';
import { type Planned, planMark, planRetry, type ResetPlan } from '../../rerun/reset-plan.ts';
import { findNode } from '../../rerun/standing.ts';
import type { RunState } from '../../run-state.ts';
import type { Charged } from '../node/charge.ts';
import { dropNode } from '../node/drop-node.ts';
import { leaveChains } from '../node/join.ts';
import { type NodePlace, placeOf } from '../node/node-place.ts';
import { pauseRun, resumeRun } from '../run/pause.ts';
import { cancelRun, letIn } from '../run/run.ts';
import type { Turn } from '../turn.ts';
import { answeredBefore, answerRequest } from './request.ts';
import { refuseLarge } from './request-size.ts';

export type VerbMessage = CancelMessage | PauseMessage | ResumeMessage | RetryMessage | MarkMessage;
type Verb = VerbMessage['type'];

const DONE: Answer = { ok: true };
const refusal = (message: string, code = 'not_possible'): Answer => ({ ok: false, code, message });

const VERBS: ReadonlySet<string> = new Set<Verb>(['cancel', 'pause', 'resume', 'retry', 'mark']);

export function isVerb(message: Message): message is VerbMessage {
  return VERBS.has(message.type);
}

export function takeVerb(turn: Turn, run: RunState, message: VerbMessage): void {
  if (answeredBefore(turn, run, message)) return;
  answerRequest(turn, run, message, refuseLarge(message) ?? perform(turn, run, message));
  if (!isRunEnded(run.header.status)) turn.shard.unfinished.add(run.header.id);
}

/** Does what is asked, or says why not. */
function perform(turn: Turn, run: RunState, message: VerbMessage): Answer {
  switch (message.type) {
    case 'cancel':
      return takeCancel(turn, run, message);
    case 'pause':
      return takePause(turn, run, message);
    case 'resume':
      return takeResume(turn, run);
    case 'retry':
      return takeRetry(turn, run, message);
    case 'mark':
      return takeMark(turn, run, message);
  }
}

/** The store does not have the run (any more). */
export function refuseUnknownRun(turn: Turn, asked: Asked & { readonly run: string }): void {
  turn.answer(asked, refusal(`no run has the id ${asked.run}`, 'run_not_found'));
}

function takeCancel(turn: Turn, run: RunState, { graceMs, reason, by }: CancelMessage): Answer {
  const { status, cancel, part } = run.header;
  if (isRunEnded(status)) return refusal(`the run has ended already: it ${standsAs(status)}`);
  if (part) return refusal(`the run is ${status} and ends by itself; that is not stopped by a cancel`);
  // Whoever asks wants it to end, and it does.
  if (cancel) return DONE;
  const said = { ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) };
  cancelRun(turn, run, { code: 'cancelled', graceMs, ...said });
  return DONE;
}

function takePause(turn: Turn, run: RunState, message: PauseMessage): Answer {
  const { status, paused } = run.header;
  if (paused) return refusal('the run is paused already');
  if (status !== 'running') return refusal(`the run is ${status}; only a running one can be paused`);
  pauseRun(turn, run, message);
  return DONE;
}

function takeResume(turn: Turn, run: RunState): Answer {
  const { status, paused } = run.header;
  if (!paused) return refusal(`the run is ${status}, not paused`);
  resumeRun(turn, run);
  return DONE;
}

function takeRetry(turn: Turn, run: RunState, { scope, nodes = [] }: RetryMessage): Answer {
  return carryOut(turn, run, planRetry(run, { scope, nodes }), (plan) => {
    run.header.reset = { ...plan.work, position: 0 };
  });
}

function takeMark(turn: Turn, run: RunState, message: MarkMessage): Answer {
  const { node: name, as, outputs, reason, by } = message;
  const checked = checkMarkedOutputs(run, name, message);
  if ('ok' in checked) return checked;
  return carryOut(turn, run, planMark(run, { node: name, as, hasOutputs: outputs !== undefined }), (plan) => {
    const node = findNode(run, name)?.index ?? -1;
    const place = placeOf(run, node);
    const charged = place && !isEnded(place.record.state) ? takeAway(turn, place) : {};
    const details = { ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) };
    run.header.reset = { ...plan.work, position: 0, mark: { node, as, ...checked, ...details, ...charged } };
  });
}

/** Nothing that comes for the attempt before the reset counts any more: it was charged, and what it held was given back. */
function takeAway(turn: Turn, place: NodePlace): Charged {
  const charged = dropNode(turn, place);
  place.record.state = 'cancelled';
  turn.saveNode(place.run, place.index);
  return charged;
}

/** Outputs that a person gives have to fit the declaration as those of the task itself. */
function checkMarkedOutputs(
  run: RunState,
  name: string,
  { as, outputs }: MarkMessage,
): Answer | Pick<MarkMessage, 'outputs'> {
  const specs = run.plan.tasks[findNode(run, name)?.task ?? -1]?.outputs;
  if (as !== 'succeeded' || (specs === undefined && outputs === undefined)) return {};
  if (specs === undefined) return { outputs: outputs ?? {} };
  const checked = checkValues(specs, outputs ?? {});
  if ('values' in checked) return { outputs: checked.values };
  const problems = checked.problems.map(({ path, message }) => `${path} ${message}`).join('; ');
  return refusal(`the outputs do not fit the declaration of ${name}: ${problems}`, 'invalid_payload');
}

function carryOut(turn: Turn, run: RunState, planned: Planned, work: (plan: ResetPlan) => void): Answer {
  if (run.header.reset) return refusal('parts of the run are being reset; ask again in a moment');
  if ('refused' in planned) return refusal(planned.refused, planned.code);
  if (!leaveChains(turn, run))
    return refusal('a worker is just going on to the next node; ask again in a moment');
  work(planned);
  if (isRunEnded(run.header.status)) takeUp(turn, run);
  else turn.saveHeader(run);
  return { ok: true, reset: planned.reset.length, kept: planned.kept.length };
}

/** An ended run lives again: all that its end had said is open. */
function takeUp(turn: Turn, run: RunState): void {
  const { header } = run;
  // It may be removed at this moment, since nobody knew that it would be wanted again.
  turn.requireRun(run);
  header.retries = (header.retries ?? 0) + 1;
  header.status = 'queued';
  delete header.finishedAt;
  delete header.refused;
  delete header.error;
  delete header.outputs;
  delete header.largeOutputs;
  delete header.result;
  delete header.part;
  delete header.cancel;
  turn.event(run, 'run.retried');
  turn.saveStatus(run, true);
  letIn(turn, run);
}
