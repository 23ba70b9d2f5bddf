/** Approvals: a node waits for somebody's decision, with a form to fill in, and for what happens when nobody decides. */
import { checkFields } from '../../inputs.ts';
import type { JsonObject } from '../../json.ts';
import type { ApprovalMessage } from '../../message.ts';
import { standsAs } from '../../node-state.ts';
import type { RunState } from '../../run-state.ts';
import type { ApprovalWait } from '../../waiting.ts';
import { waitFor } from '../node/node.ts';
import { attemptName, findNode, type NodePlace, nodeName } from '../node/node-place.ts';
import { succeedAttempt } from '../node/repeat.ts';
import { failAttempt, failWithoutRetry } from '../node/settle.ts';
import type { Turn } from '../turn.ts';
import { answeredBefore, answerRequest, refuseRequest } from './request.ts';
import { refuseLarge } from './request-size.ts';

type Decision = Pick<ApprovalMessage, 'decision' | 'by' | 'comment'> & { readonly form: JsonObject };

const NOBODY = 'nobody decided before the deadline';

export function askForApproval(turn: Turn, place: NodePlace, wait: ApprovalWait): void {
  const { until } = wait;
  if (until !== undefined && until <= turn.now) return takeApprovalDeadline(turn, place, wait);
  const detail = { reason: 'approval' };
  waitFor(turn, place, { w: wait }, { ...(until === undefined ? {} : { until }), detail });
}

/** Somebody decided. */
export function takeApproval(turn: Turn, run: RunState, message: ApprovalMessage): void {
  if (answeredBefore(turn, run, message)) return;
  const tooLarge = refuseLarge(message);
  if (tooLarge) return answerRequest(turn, run, message, tooLarge);
  const place = findNode(run, message.node);
  if (!place) {
    const text = `run ${run.header.id} has no node "${message.node}"`;
    return answerRequest(turn, run, message, { ok: false, code: 'node_not_found', message: text });
  }
  const wait = run.outputs.get(place.index)?.w;
  if (place.record.state !== 'waiting' || wait?.kind !== 'approval')
    return refuseRequest(turn, run, message, whyNot(place));
  const { decision, by, comment, form = {} } = message;
  const problem = formProblem(wait, decision, form);
  if (problem)
    return answerRequest(turn, run, message, { ok: false, code: 'invalid_payload', message: problem });
  if (wait.until !== undefined) turn.removeTimer('wait', attemptName(place));
  const given = { ...(by === undefined ? {} : { by }), ...(comment === undefined ? {} : { comment }) };
  conclude(turn, place, wait, { decision, form, ...given });
  answerRequest(turn, run, message, { ok: true, node: nodeName(place) });
}

function whyNot(place: NodePlace): string {
  const { task, record } = place;
  const name = nodeName(place);
  if (task.action.uses !== 'approval') return `${name} is no approval`;
  return record.state === 'waiting' || record.state === 'pending' || record.state === 'queued'
    ? `${name} does not wait for an approval yet`
    : `${name} does not wait for an approval: it ${standsAs(record.state)}`;
}

/** Who rejects need not fill in what an approval needs. */
function formProblem(
  wait: ApprovalWait,
  decision: Decision['decision'],
  form: JsonObject,
): string | undefined {
  const problems = checkFields(wait.form, form).filter(
    ({ path }) => decision === 'approved' || Object.hasOwn(form, path),
  );
  if (problems.length === 0) return undefined;
  return `the form does not fit: ${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}`;
}

/** Nobody decided in time. */
export function takeApprovalDeadline(turn: Turn, place: NodePlace, wait: ApprovalWait): void {
  if (wait.onDeadline === 'fail') return failAttempt(turn, place, { code: 'wait_expired', message: NOBODY });
  const decision = wait.onDeadline === 'approve' ? 'approved' : 'rejected';
  conclude(turn, place, wait, { decision, comment: NOBODY, form: {} });
}

function conclude(turn: Turn, place: NodePlace, wait: ApprovalWait, decision: Decision): void {
  const { run, index, record } = place;
  const { by, comment } = decision;
  const isRejected = decision.decision === 'rejected';
  const detail = {
    ...(by === undefined ? {} : { by }),
    ...(comment === undefined ? {} : { reason: comment }),
  };
  turn.event(run, isRejected ? 'node.rejected' : 'node.approved', {
    node: index,
    attempt: record.attempt,
    detail,
  });
  const defaults = Object.entries(wait.form).map(([name, spec]) => [name, spec.default ?? null] as const);
  const outputs = {
    decision: decision.decision,
    by: by ?? null,
    comment: comment ?? null,
    form: { ...Object.fromEntries(defaults), ...decision.form },
  };
  if (!isRejected || wait.onReject === 'continue') return succeedAttempt(turn, place, { o: outputs });
  const message = `rejected${by === undefined ? '' : ` by ${by}`}${comment === undefined ? '' : `: ${comment}`}`;
  failWithoutRetry(turn, place, { code: 'rejected', message });
}
