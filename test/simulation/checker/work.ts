import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { Evidence, RunEvidence } from '../evidence.ts';
import type { ClaimSeen } from '../history.ts';
import { lastEndOf, ofEachRun } from './invariant.ts';

/** A1: the work was done, and never without a claim. */
export const work = ofEachRun(
  'work',
  'every node that succeeded through a worker was worked on, each start had a claim of its own, and its result is the one stored',
  function* (run, evidence) {
    const { plan } = run.workflow;
    const index = new Map(plan.tasks.map((task, i) => [task.id, i]));
    const begun = new Map<string, number>();
    for (const { run: id, task, item, attempt, session } of evidence.ledger.entries) {
      if (id !== run.id) continue;
      const name = `${index.get(task)}/${item}/${attempt}/${session}`;
      begun.set(name, (begun.get(name) ?? 0) + 1);
    }
    yield* compareClaims(run, evidence, begun);
    yield* compareResults(run, evidence);
  },
);

function* compareClaims(
  run: RunEvidence,
  { history, wentBack }: Evidence,
  begun: ReadonlyMap<string, number>,
): Iterable<string> {
  const granted = new Map<string, number>();
  for (const entry of history) {
    if (entry.kind !== 'claim' || entry.repeated) continue;
    const flight = parseFlightKey(entry.flight);
    if (flight.run !== run.id) continue;
    const name = nameOf(run, entry, flight);
    granted.set(name, (granted.get(name) ?? 0) + 1);
  }
  // After a step back, records of nodes that are no longer there cannot be named.
  if (wentBack) return;
  for (const [name, times] of begun) {
    const claims = granted.get(name) ?? 0;
    if (times > claims) yield `work ${name} began ${times} times with ${claims} claims`;
  }
}

function nameOf(
  run: RunEvidence,
  { session }: ClaimSeen,
  { node, attempt }: { node: number; attempt: number },
): string {
  const { task, item } = run.nodeName(node);
  return `${task}/${item}/${attempt}/${session}`;
}

function* compareResults(run: RunEvidence, { ledger }: Evidence): Iterable<{ what: string; node: number }> {
  const tokens = new Map(
    ledger.entries.filter((entry) => entry.run === run.id).map((entry) => [entry.token, entry]),
  );
  for (const node of run.byNode.keys()) {
    const { task: index, item } = run.nodeName(node);
    const task = run.workflow.plan.tasks[index];
    const isWork = task?.action.uses === 'sim' && (item >= 0 || !task.fanOut);
    if (!isWork || lastEndOf(run, node) !== 'succeeded') continue;
    const entry = tokens.get(String(run.outputs.get(node)?.o?.['token']));
    if (!entry) yield { what: 'succeeded, but nobody did the work', node };
    else if (entry.task !== task.id || entry.item !== item)
      yield { what: `has the result of ${entry.task}[${entry.item}]`, node };
    else if (entry.end !== 'succeeded') yield { what: `succeeded with work that ended ${entry.end}`, node };
  }
}
