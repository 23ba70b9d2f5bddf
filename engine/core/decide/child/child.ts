/**
 * Sub-workflows: a node whose work is another run, on whatever shard. The child's id is derived from the attempt, so starting
 * it again is harmless; its end comes as a message, and is asked for until it has come.
 */
import { childPlanHash, childSource, pinName } from '../../child-plan.ts';
import type { TaskError } from '../../errors.ts';
import { resolveTemplate } from '../../expression/index.ts';
import { checkValues, resolveInputs } from '../../inputs.ts';
import type { JsonObject } from '../../json.ts';
import { wholeOutputs } from '../../large-outputs.ts';
import { heldByNode } from '../../limit/need.ts';
import type { ChildEndedMessage } from '../../message.ts';
import type { Plan, PlanChild } from '../../plan.ts';
import type { RunRequest } from '../../post.ts';
import { nodeScope, type Prepared, preparing } from '../../prepare.ts';
import type { RunHeader } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import { logicalTime } from '../../scope.ts';
import { learnDuration } from '../../shard-state.ts';
import { endNode, iterationsOf, startAttempt } from '../node/node.ts';
import { attemptName, type NodePlace, nodeName } from '../node/node-place.ts';
import { succeedAttempt } from '../node/repeat.ts';
import { currentPlace, failAttempt, failWithoutRetry } from '../node/settle.ts';
import type { ShardFacts } from '../shard-facts.ts';
import type { Turn } from '../turn.ts';
import { cancelPost, childId, landChild, stopChild, waitsForChild } from './child-order.ts';

/** Runs below a run that was started by somebody: a workflow that calls itself must end. */
export const MAX_DEPTH = 32;
/** Pause before a child that has not answered is asked again, ms: as long as it runs already, within these. */
const FIRST_ASK_MS = 5_000;
const MAX_ASK_MS = 60_000;
/** From then on it is started again, too: the store may have lost it with what it went back from. */
const DOUBT_MS = 20_000;

/** The node's turn has come: its run is started, on the shard of its own id. */
export function startChild(turn: Turn, place: NodePlace, child: PlanChild): void {
  const { run, index, record, task } = place;
  startAttempt(turn, place, turn.now, {});
  const request = childRequest(turn, place, child);
  if ('error' in request) return failWithoutRetry(turn, place, request.error);
  // Of an earlier attempt: that it was stopped.
  if (run.outputs.get(index)?.w) turn.saveOutput(run, index, iterationsOf(place));
  turn.post({ kind: 'start', header: request.value });
  const { id } = request.value;
  turn.event(run, 'node.child_started', { node: index, attempt: record.attempt, detail: { run: id } });
  if (child.detached) return succeedAttempt(turn, place, { o: { run_id: id } });
  turn.setTimer('wait', attemptName(place), turn.now + FIRST_ASK_MS);
  if (task.timeoutMs !== undefined) turn.setTimer('timeout', attemptName(place), turn.now + task.timeoutMs);
}

/** The same for the same attempt, whenever it is asked for. */
function childRequest({ facts }: Turn, place: NodePlace, child: PlanChild): Prepared<RunRequest> {
  const { run } = place;
  const plan = run.children.get(childPlanHash(run.header, child) ?? '');
  if (!plan)
    return notStarted(`no version of the workflow ${pinName(child)} was there when this run was started`);
  const depth = depthOf(run.header) + 1;
  if (depth > MAX_DEPTH)
    return notStarted(
      `sub-workflows may be ${MAX_DEPTH} deep, and this would be one more; does a workflow call itself without end?`,
    );
  const inputs = childInputs(place, child, plan);
  return 'error' in inputs
    ? inputs
    : {
        value: headerOf(place, {
          child,
          plan,
          depth,
          inputs: inputs.value,
          traceparent: traceOf(place, facts),
        }),
      };
}

/** Without orchestrators that trace it still belongs under what its parent was started under. */
function traceOf({ run, index, record }: NodePlace, facts: ShardFacts): string | undefined {
  return facts.traceOf?.(run.header, index, record.generation) ?? run.header.traceparent;
}

function notStarted(message: string): { readonly error: TaskError } {
  return { error: { code: 'child_not_started', message } };
}

/** How many runs stand above it. */
function depthOf({ trigger }: Pick<RunHeader, 'trigger'>): number {
  return trigger.type === 'workflow' && typeof trigger['depth'] === 'number' ? trigger['depth'] : 0;
}

function childInputs({ run, record, task }: NodePlace, child: PlanChild, plan: Plan): Prepared<JsonObject> {
  const given = preparing(() => resolveTemplate(child.inputs, nodeScope(run, record, task)) as JsonObject);
  if ('error' in given) return given;
  const resolved = resolveInputs(plan.inputs, given.value);
  if ('inputs' in resolved) return { value: resolved.inputs };
  const problems = resolved.problems.map(({ path, message }) => `input ${path} ${message}`).join('; ');
  return notStarted(`the inputs do not fit the workflow ${pinName(child)}: ${problems}`);
}

interface ChildFacts {
  readonly child: PlanChild;
  readonly plan: Plan;
  readonly depth: number;
  readonly inputs: JsonObject;
  readonly traceparent: string | undefined;
}

function headerOf(place: NodePlace, { child, plan, depth, inputs, traceparent }: ChildFacts): RunRequest {
  const { run, record, task } = place;
  const { header } = run;
  const id = childId(place);
  const source = childSource(header, child);
  const holds = child.detached ? [] : heldByNode(run, record, task);
  return {
    format: 1,
    id,
    namespace: plan.namespace,
    workflow: plan.name,
    plan: plan.hash,
    inputs,
    labels: plan.labels,
    priority: plan.priority,
    trigger: triggerOf(place, depth),
    ...(source === undefined ? {} : { source }),
    ...(child.detached ? {} : { parent: { ...attemptName(place), ...(holds.length > 0 ? { holds } : {}) } }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(header.pins === undefined ? {} : { pins: header.pins }),
    ...(header.sources === undefined ? {} : { sources: header.sources }),
    status: 'queued',
    seq: 0,
    nodes: 0,
    fingerprint: id,
  };
}

/** The child works for the same tick as its parent. */
function triggerOf(place: NodePlace, depth: number): RunHeader['trigger'] {
  const { header } = place.run;
  const interval = header.trigger['interval'];
  return {
    type: 'workflow',
    run_id: header.id,
    node: nodeName(place),
    workflow: header.workflow,
    namespace: header.namespace,
    depth,
    logical_time: logicalTime(place.run),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** The child has not answered for a while: it is asked, and told again what it was told. */
export function askChild(turn: Turn, place: NodePlace): void {
  const { child } = place.task;
  if (!child || !waitsForChild(place)) return;
  const ranMs = turn.now - place.record.startedAt;
  const wait = place.run.outputs.get(place.index)?.w;
  if (ranMs >= DOUBT_MS) {
    const request = childRequest(turn, place, child);
    if ('value' in request) turn.post({ kind: 'start', header: request.value });
  }
  if (wait?.kind === 'child') turn.post(cancelPost(place, wait.stopped));
  turn.post({ kind: 'message', message: { type: 'report', run: childId(place) } });
  const pauseMs = Math.min(Math.max(ranMs, FIRST_ASK_MS), MAX_ASK_MS);
  turn.setTimer('wait', attemptName(place), turn.now + pauseMs);
}

/** The node's time is over: it fails when its child has ended. */
export function timeOutChild(turn: Turn, place: NodePlace): void {
  if (waitsForChild(place)) stopChild(turn, place, 'timeout');
}

export function takeChildEnded(turn: Turn, run: RunState, message: ChildEndedMessage): void {
  const place = currentPlace(run, message);
  if (!place || !waitsForChild(place) || message.child !== childId(place)) return;
  landChild(turn, place);
  if (message.status === 'succeeded') return succeed(turn, place, message);
  const stopped = place.run.outputs.get(place.index)?.w;
  const wasStopped = stopped?.kind === 'child' && stopped.stopped;
  if (wasStopped === 'timeout') {
    const text = `ran longer than its timeout of ${place.task.timeoutMs} ms; its run ${message.child} was stopped`;
    return failAttempt(turn, place, { code: 'timeout', message: text });
  }
  if (wasStopped === 'cancelled' && message.status === 'cancelled') return endNode(turn, place, 'cancelled');
  failAttempt(turn, place, childError(place, message));
}

/** Large outputs are kept once more, with the parent: it may outlive the child. */
function succeed(turn: Turn, place: NodePlace, { outputs: o, large: l }: ChildEndedMessage): void {
  const whole = preparing(() => wholeOutputs({ o, ...(l ? { l } : {}) }, place.run.large));
  if ('error' in whole) return failAttempt(turn, place, whole.error);
  const outputs = whole.value;
  const checked = place.task.outputs ? checkValues(place.task.outputs, outputs) : { values: outputs };
  if ('problems' in checked) {
    const problems = checked.problems.map(({ path, message }) => `${path} ${message}`).join('; ');
    return failAttempt(turn, place, {
      code: 'invalid_output',
      message: `the outputs do not fit: ${problems}`,
    });
  }
  learnDuration(turn.shard, place.run, place.task, turn.now - place.record.startedAt);
  succeedAttempt(turn, place, { o: checked.values });
}

/** A path to the cause: `rollout (run …) → push: exited with code 1`. */
function childError({ task }: NodePlace, { child, status, error }: ChildEndedMessage): TaskError {
  const name = task.child?.workflow ?? '?';
  const where = `${name} (run ${child})`;
  if (error?.code === 'child_not_started') return { code: 'child_not_started', message: error.message };
  if (status === 'cancelled') return { code: 'child_failed', message: `${where} was cancelled` };
  const reason = error?.message ?? 'failed';
  const cause = error?.task;
  if (cause === undefined) return { code: 'child_failed', message: `${where}: ${reason}` };
  const arrow = error?.code === 'child_failed' ? ' →' : ':';
  return { code: 'child_failed', message: `${where} → ${cause}${arrow} ${reason}` };
}
