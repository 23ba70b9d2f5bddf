import { parseFlightKey } from '../../../engine/core/flight.ts';
import { endOf, ofEachRun } from './invariant.ts';

/** I4: what a task was given is what its upstream's winning attempt had committed by then. */
export const inputs = ofEachRun(
  'inputs',
  'outputs read downstream are those committed by the winning attempt, or nothing where there was no success',
  function* (run, { ledger, wentBack, history }) {
    // Work of a lost history may have been given what is lost with it.
    if (wentBack) return;
    const { plan, known } = run.workflow;
    const acceptedAt = new Map<string, number>();
    for (const entry of history)
      if (entry.kind === 'settle' && entry.outcome.status === 'succeeded')
        acceptedAt.set(nodeOf(entry.flight), entry.at);
    const index = new Map(plan.tasks.map((task, i) => [task.id, i]));
    for (const work of ledger.entries) {
      if (work.run !== run.id) continue;
      const node = index.get(work.task) ?? -1;
      for (const from of known[node]?.reads ?? []) {
        const given = work.inputs[`t${from}`] ?? null;
        const end = run.byNode.get(from)?.find((event) => endOf(event) !== undefined);
        // What is accepted is durable, also before its owner has read it: in a chain the next node begins with it.
        const isThere =
          end?.type === 'node.succeeded' &&
          Math.min(end.durableAt, acceptedAt.get(`${run.id}:${from}`) ?? end.durableAt) <= work.startedAt;
        const expected = isThere ? tokenOf(run, from) : null;
        // An upstream that need not have ended may be read a moment before or after its end.
        const mayMiss = given === null && !mustHaveEnded(plan.tasks[node]?.triggerRule);
        if (JSON.stringify(given) !== JSON.stringify(expected) && !mayMiss)
          yield {
            what: `attempt ${work.attempt} read ${JSON.stringify(given)} of task ${from}; committed is ${JSON.stringify(expected)}`,
            node,
          };
      }
    }
  },
);

function nodeOf(flight: string): string {
  const { run, node } = parseFlightKey(flight);
  return `${run}:${node}`;
}

function mustHaveEnded(rule: string | undefined): boolean {
  return rule !== 'one_success' && rule !== 'one_failed' && rule !== 'one_done' && rule !== 'always';
}

/** The output `token` of a task as it is stored; a list for a fan-out. */
function tokenOf(run: Parameters<Parameters<typeof ofEachRun>[2]>[0], task: number): unknown {
  const { plan } = run.workflow;
  if (!plan.tasks[task]?.fanOut) return run.outputs.get(task)?.o?.['token'] ?? null;
  const tokens: unknown[] = [];
  let isKnown = false;
  for (const [node, record] of run.records.entries()) {
    if (node < plan.tasks.length || record.task !== task) continue;
    tokens[record.item] = run.outputs.get(node)?.o?.['token'] ?? null;
    isKnown ||= record.state === 'succeeded';
  }
  // Work that ends well without a token has none in any list; where nothing ended well, lists of null stand for all outputs.
  return isKnown && tokens.every((token) => token === null) ? null : tokens;
}
