import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { DurableEvent, Evidence, RunEvidence } from '../evidence.ts';
import type { SettleSeen } from '../history.ts';
import { ofEveryRun } from './invariant.ts';

const ENDS: readonly string[] = [
  'node.succeeded',
  'node.failed',
  'node.retrying',
  'node.repeating',
  'node.waiting',
  'node.cancelled',
];

/** The account: each stretch of work is charged once, as it was reported or by its time, and both sums have all of it. */
export const costs = ofEveryRun(
  'costs',
  "the account of a run has what its attempts reported, else their time by the rate of the task, once each; a workflow's days have what its runs have",
  function* (run, evidence) {
    let sum = 0;
    for (const [node, events] of run.byNode) {
      for (const stretch of stretchesOf(events)) {
        sum += stretch.told ?? 0;
        const what = problemOf(run, node, { ...stretch, evidence });
        if (what !== undefined) yield { what, node };
      }
    }
    const stored = run.header.cost ?? 0;
    if (Math.abs(sum - stored) > 1e-6) yield `the account has ${stored}, its events ${sum}`;
    const { namespace, workflow } = run.header;
    const { runs = 0, days = 0 } = evidence.accounts.get(`${namespace}/${workflow}`) ?? {};
    if (Math.abs(runs - days) > 1e-6)
      yield `the runs of ${workflow} have cost ${runs}, their days have ${days}`;
  },
);

/** What one worker did for one attempt. */
interface Stretch {
  readonly begin: DurableEvent;
  readonly end: DurableEvent;
  readonly told: number | undefined;
}

function* stretchesOf(events: readonly DurableEvent[]): Iterable<Stretch> {
  let begin: DurableEvent | undefined;
  for (const event of events) {
    const isBegin = event.type === 'node.started';
    const told = event.detail?.cost;
    const isEnd = ENDS.includes(event.type) || event.type === 'node.marked';
    if (begin !== undefined && (isBegin || isEnd)) yield { begin, end: event, told };
    else if (told !== undefined) yield { begin: event, end: event, told };
    if (isBegin) begin = event;
    else if (isEnd) begin = undefined;
  }
}

interface Judged extends Stretch {
  readonly evidence: Evidence;
}

function problemOf(
  run: RunEvidence,
  node: number,
  { begin, end, told, evidence }: Judged,
): string | undefined {
  if (begin === end) return `${end.type} (seq ${end.seq}) charges ${told} though nobody worked`;
  const rate = run.workflow.plan.tasks[run.nodeName(node).task]?.costPerHour;
  const time = rate === undefined ? undefined : (rate * (end.at - begin.at)) / 3_600_000;
  // It is taken out of the hands of its worker before it is marked, at a time that no event tells.
  if (end.type === 'node.marked') {
    const isOff =
      (told ?? 0) < 0 || (told === undefined) !== (rate === undefined) || (told ?? 0) > (time ?? 0);
    return isOff ? `marked (seq ${end.seq}) and charged ${told}; its time costs ${time}` : undefined;
  }
  const settled = end.type === 'node.started' ? undefined : settledBy(run, node, end, evidence);
  const expected = settled?.outcome.cost ?? time;
  // What a store forgot that went back, an outcome may have said.
  if (told === expected || (evidence.wentBack && told !== undefined)) return undefined;
  return `${end.type} (seq ${end.seq}) charges ${told}, and should ${expected}`;
}

/** The outcome that ended the attempt, if its worker ended it. */
function settledBy(
  run: RunEvidence,
  node: number,
  { attempt = 0, entry }: DurableEvent,
  { history }: Evidence,
): SettleSeen | undefined {
  const all = settlesOf(history).get(`${run.id}:${node}:${attempt}`) ?? [];
  return all.findLast(([at, { lost }]) => at < entry && !lost)?.[1];
}

type Settles = ReadonlyMap<string, readonly (readonly [entry: number, settle: SettleSeen])[]>;
const KNOWN = new WeakMap<Evidence['history'], Settles>();

/** By run, node and attempt, which counts on through all generations; each with its position in the history. */
function settlesOf(history: Evidence['history']): Settles {
  const known = KNOWN.get(history);
  if (known) return known;
  const settles = new Map<string, [number, SettleSeen][]>();
  for (const [at, entry] of history.entries()) {
    if (entry.kind !== 'settle') continue;
    const { run, node, attempt } = parseFlightKey(entry.flight);
    const key = `${run}:${node}:${attempt}`;
    settles.set(key, [...(settles.get(key) ?? []), [at, entry]]);
  }
  KNOWN.set(history, settles);
  return settles;
}
