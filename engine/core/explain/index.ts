/**
 * Explanations: why a run or a node stands as it does, and when it goes on. Built from the same predicates that decide: the
 * trigger rule and its counts, `max_parallel`, the retry policy, flights, timers and limits. Pure; it changes nothing.
 */
import { isFanNode, type NodePlace, placeOf } from '../decide/node/node-place.ts';
import { isEnded, isRunEnded, type NodeState } from '../node-state.ts';
import type { RunState } from '../run-state.ts';
import { queuedReasons, retryingReasons, waitingReasons, workingReasons } from './active.ts';
import {
  attemptReasons,
  cancelledReasons,
  failedReasons,
  skippedReasons,
  succeededReasons,
  upstreamFailedReasons,
} from './ended.ts';
import { iso, type NodeExplanation, type Reason, type RunExplanation, reason } from './explanation.ts';
import { dueAt, type ExplainFacts } from './facts.ts';
import { fanReasons } from './fan.ts';
import { blockedReasons, isDeciding, pendingReasons, wouldRun } from './pending.ts';
import { runReasons } from './run.ts';

export {
  type NodeExplanation,
  REASON_CODES,
  type Reason,
  type ReasonCode,
  type RunExplanation,
} from './explanation.ts';
export type { ExplainFacts, LiveWorker } from './facts.ts';

type Explain = (place: NodePlace, facts: ExplainFacts) => Reason[];

/** One state is one row. */
const BY_STATE = {
  pending: (place, facts) => pendingReasons(place, facts.now),
  blocked: blockedReasons,
  queued: queuedReasons,
  running: (place, facts) =>
    place.task.fanOut && !isFanNode(place)
      ? fanReasons(place)
      : [...workingReasons(place, facts), ...attemptReasons(place, facts)],
  retrying: (place, facts) => [...retryingReasons(place, facts), ...attemptReasons(place, facts)],
  waiting: waitingReasons,
  succeeded: succeededReasons,
  failed: failedReasons,
  skipped: skippedReasons,
  upstream_failed: upstreamFailedReasons,
  cancelled: cancelledReasons,
} as const satisfies Record<NodeState, Explain>;

/** Undefined when the run has no such node. */
export function explainNode(run: RunState, index: number, facts: ExplainFacts): NodeExplanation | undefined {
  const place = placeOf(run, index);
  if (!place) return undefined;
  const { record } = place;
  const explain: Explain = BY_STATE[record.state];
  const would = wouldRun(place, facts.now);
  const above = isEnded(record.state) ? [] : runReasons(run, facts);
  const own = explain(place, facts);
  const ready = would ? [reason('ready', 'Nothing holds it back: the orchestrator starts it at once.')] : [];
  const at = isDeciding(run) ? nextAt(place, facts) : undefined;
  return {
    node: nameOf(place),
    status: record.state,
    would_run: would,
    goes_on_at: at === undefined ? null : iso(at),
    reasons: [...above, ...ready, ...own],
  };
}

/** When the node goes on by itself: the end of a wait or of a pause. */
function nextAt(place: NodePlace, facts: ExplainFacts): number | undefined {
  if (place.record.state === 'retrying') return dueAt(facts, place, 'retry');
  return place.record.state === 'waiting' ? dueAt(facts, place, 'wait') : undefined;
}

function nameOf(place: NodePlace): string {
  return isFanNode(place) ? `${place.task.id}[${place.record.item}]` : place.task.id;
}

/** Nodes of one fan-out, and nodes in all, that the explanation of a run lists. */
const MAX_OF_FAN = 5;
const MAX_NODES = 60;

/** What is open, then what failed, then what was skipped or cancelled. */
const ORDER: readonly (readonly NodeState[])[] = [
  ['running', 'queued', 'retrying', 'waiting', 'blocked'],
  ['failed'],
  ['pending'],
  ['upstream_failed', 'skipped', 'cancelled'],
];

/** Record indexes of the nodes that the explanation of a run lists. */
export function listedNodes(run: RunState): readonly number[] {
  return worthTelling(run).slice(0, MAX_NODES);
}

export function explainRun(run: RunState, facts: ExplainFacts): RunExplanation {
  const listed = listedNodes(run);
  const { header } = run;
  // What is true of the whole run is said once.
  const above = new Set(runReasons(run, facts).map(({ text }) => text));
  return {
    format: 1,
    run: header.id,
    workflow: header.workflow,
    status: header.status,
    reasons: runReasons(run, facts),
    nodes: listed.flatMap((index) => {
      const found = explainNode(run, index, facts);
      return found ? [{ ...found, reasons: found.reasons.filter(({ text }) => !above.has(text)) }] : [];
    }),
    more: worthTelling(run).length - listed.length,
  };
}

function worthTelling(run: RunState): number[] {
  const ofFan = new Map<string, number>();
  const groups: number[][] = ORDER.map(() => []);
  run.nodes.forEach((record, index) => {
    const group = ORDER.findIndex((states) => states.includes(record.state));
    if (group < 0 || (isRunEnded(run.header.status) && record.state === 'pending')) return;
    if (index >= run.plan.tasks.length) {
      const key = `${record.task}:${group}`;
      const seen = ofFan.get(key) ?? 0;
      ofFan.set(key, seen + 1);
      if (seen >= MAX_OF_FAN) return;
    }
    groups[group]?.push(index);
  });
  return groups.flat();
}
