/** Nodes under way: in a queue, with a worker, waiting, or between two attempts. */

import { childId, waitsForChild } from '../decide/child/child-order.ts';
import { isFanNode, type NodePlace } from '../decide/node/node-place.ts';
import { flightKey, parseFlight } from '../flight.ts';
import type { Json } from '../json.ts';
import { iso, type Reason, reason } from './explanation.ts';
import { dueAt, type ExplainFacts, forTime, inTime, type LiveWorker } from './facts.ts';
import { rankReason } from './rank.ts';

export function queuedReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const { record, task } = place;
  const waited = forTime(facts.now - record.queuedAt);
  if (facts.engineActions.has(task.action.uses) || task.child)
    return [reason('not_sent', `Ready for ${waited}; the orchestrator does it itself, without a worker.`)];
  const state = flightState(place, facts);
  if (state === 'c' || state === 'x' || state === 'd') return workingReasons(place, facts);
  const where =
    state === undefined
      ? reason(
          'not_sent',
          `Ready for ${waited}, and waits in the orchestrator for room in the queue ${task.queue}.`,
        )
      : reason('sent', `In the queue ${task.queue} for ${waited}, and waits for a worker with a free slot.`);
  return [
    ...workerReasons(place, facts),
    where,
    rankReason(place, facts),
    ...limitReason(place, facts, 'queue_timeout'),
  ];
}

/** Why no worker may take it. */
function workerReasons({ task }: NodePlace, { workers }: ExplainFacts): Reason[] {
  const labels = task.workerLabels ?? {};
  const serving = workers.filter(
    (worker) => Object.hasOwn(worker.queues, task.queue) && hasLabels(worker, labels),
  );
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  if (serving.length === 0) {
    const which = wanted.length > 0 ? ` with the labels ${wanted.join(', ')}` : '';
    const text = `No live worker${which} serves the queue ${task.queue}. Start one: sluice worker --queues ${task.queue}`;
    return [reason('no_worker', text, { queue: task.queue, labels: { ...labels } })];
  }
  const needed = abilityOf(task.action.uses, task.action.with['name']);
  if (serving.some(({ executors }) => executors.includes(needed))) return [];
  const text = `None of the ${serving.length} live workers of the queue ${task.queue} has ${needed}; the one that takes it will fail it.`;
  return [reason('no_executor', text, { queue: task.queue, needed })];
}

function abilityOf(uses: string, name: Json | undefined): string {
  return uses === 'function' && typeof name === 'string' && !name.includes('${{') ? `function:${name}` : uses;
}

function hasLabels(worker: LiveWorker, labels: { readonly [name: string]: string }): boolean {
  return Object.entries(labels).every(
    ([name, value]) => Object.hasOwn(worker.labels, name) && worker.labels[name] === value,
  );
}

export function workingReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  if (waitsForChild(place)) return childReasons(place, facts);
  const { run, index, record } = place;
  const value = facts.flights.get(flightKey(run.header.id, index, record.generation, record.attempt));
  const flight = value === undefined ? undefined : parseFlight(value);
  const since = record.startedAt || record.queuedAt;
  if (flight?.state === 'd')
    return [reason('settled', 'Its work is done; the orchestrator takes the outcome in now.')];
  const worker = facts.workers.find(({ session }) => session === flight?.session);
  const who = worker ? `The worker ${worker.name}` : flight?.state === 's' ? 'No worker' : 'A worker';
  const tries = record.attempt > 1 ? ` (attempt ${record.attempt})` : '';
  const text = `${who} works on it since ${forTime(facts.now - since)}${tries}.`;
  const working = reason('working', text, {
    worker: worker?.name ?? null,
    attempt: record.attempt,
    since: iso(since),
  });
  if (flight?.state !== 'x')
    return [working, ...lostReason(flight, worker), ...limitReason(place, facts, 'timeout')];
  return [
    reason('stopping', 'It was told to stop; it gets its grace period, and is then given up.'),
    ...limitReason(place, facts, 'abandon'),
    working,
  ];
}

/** It ends when its sub-workflow does. */
function childReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const run = childId(place);
  const workflow = place.task.child?.workflow ?? '';
  const status = facts.children.get(run);
  const stopped = place.run.outputs.get(place.index)?.w?.kind === 'child' ? ' It was told to stop.' : '';
  const text =
    status === undefined
      ? `Its sub-workflow ${workflow} is about to start as run ${run}.`
      : `Its sub-workflow ${workflow} is ${status}: sluice explain ${run}.${stopped}`;
  return [
    reason('child', text, { run, workflow, status: status ?? null }),
    ...limitReason(place, facts, 'timeout'),
  ];
}

/** Its worker is not among the living: another one will be given the work. */
function lostReason(
  flight: ReturnType<typeof parseFlight> | undefined,
  worker: LiveWorker | undefined,
): Reason[] {
  if (flight?.state !== 'c' || worker) return [];
  const deaths = flight.deaths + 1;
  const next = deaths >= 3 ? 'it then fails as worker_lost' : 'another one is then given the work';
  return [
    reason(
      'no_worker',
      `The worker that has it (session ${flight.session}) does not answer. It counts as dead after 4s; ${next}.`,
      { deaths: flight.deaths },
    ),
  ];
}

const TIMERS = {
  timeout: 'The attempt is given up at its `timeout`',
  queue_timeout: 'It fails if no worker takes it within `queue_timeout`',
  abandon: 'It is given up',
} as const;

function limitReason(place: NodePlace, facts: ExplainFacts, kind: keyof typeof TIMERS): Reason[] {
  const at = dueAt(facts, place, kind);
  return at === undefined
    ? []
    : [reason('timer', `${TIMERS[kind]}, ${inTime(facts.now, at)}.`, { kind, at: iso(at) })];
}

export function flightState(place: NodePlace, facts: ExplainFacts): string | undefined {
  const { run, index, record } = place;
  const value = facts.flights.get(flightKey(run.header.id, index, record.generation, record.attempt));
  return value === undefined ? undefined : parseFlight(value).state;
}

export function retryingReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const { record, task } = place;
  const { attempts, backoff, delayMs } = task.retry;
  const at = dueAt(facts, place, 'retry');
  const error = place.run.outputs.get(place.index)?.e;
  const when = at === undefined ? 'soon' : inTime(facts.now, at);
  const text = `Attempt ${record.attempt} of ${attempts} failed; the next one begins ${when} (retry: ${backoff} from ${forTime(delayMs)}).`;
  return [
    reason('retry', text, { attempt: record.attempt, attempts, at: at === undefined ? null : iso(at) }),
    ...(error ? [reason('error', `${error.code}: ${error.message}`, { error: { ...error } })] : []),
  ];
}

export function waitingReasons(place: NodePlace, facts: ExplainFacts): Reason[] {
  const at = dueAt(facts, place, 'wait');
  const until = at === undefined ? null : iso(at);
  const when = at === undefined ? '' : `, ${inTime(facts.now, at)}`;
  const left = place.run.outputs.get(place.index);
  const { id } = place.run.header;
  const node = isFanNode(place) ? `${place.task.id}[${place.record.item}]` : place.task.id;
  const wait = left?.w;
  if (wait?.kind === 'signal') {
    const ends = at === undefined ? '' : ` Without it the wait expires${when}.`;
    const text = `Waits for the signal "${wait.name}": sluice signal ${id} ${wait.name}.${ends}`;
    return [reason('wait_signal', text, { signal: wait.name, until })];
  }
  if (wait?.kind === 'approval') {
    const who = wait.approvers.length > 0 ? wait.approvers.join(', ') : 'somebody';
    const ends = at === undefined ? '' : ` Without a decision: ${wait.onDeadline}${when}.`;
    const text = `Waits for ${who} to decide: sluice approve ${id} ${node}, or sluice reject ${id} ${node}.${ends}`;
    return [
      reason('wait_approval', text, { approvers: [...wait.approvers], until, on_deadline: wait.onDeadline }),
    ];
  }
  if (wait?.kind === 'repeat') {
    const done = left?.r?.done ?? 0;
    const condition =
      place.task.repeat?.until === undefined ? '' : `: \`until: ${place.task.repeat.until}\` is not true yet`;
    return [
      reason('repeat', `${done} iterations are done${condition}. The next one begins${when || ' soon'}.`, {
        done,
        until,
      }),
    ];
  }
  if (at === undefined) return [reason('wait_time', 'Waits. It holds no slot meanwhile.', { until })];
  return [reason('wait_time', `Waits until ${iso(at)}${when}. It holds no slot meanwhile.`, { until })];
}
