import type { DurableEvent, RunEvidence } from '../evidence.ts';
import { type EdgeNow, type End, letterOf, type Verdict, verdictNow } from '../reference.ts';
import { cancellingOf, endOf, ofEachRun } from './invariant.ts';

/** I4, I5: a task starts, is skipped, or fails for its upstream only when the reference says so, over what is durable by then. */
export const order = ofEachRun(
  'order',
  'the first step of every task is what the reference trigger rule says of the outcomes before it',
  function* (run) {
    const { plan, known } = run.workflow;
    const ends = new Map<number, End>();
    const stopSeq = cancellingOf(run)?.seq ?? Number.POSITIVE_INFINITY;
    for (const event of run.events) {
      const { node } = event;
      if (node === undefined) continue;
      const task = plan.tasks[node];
      if (task && firstStep(run, node) === event && event.seq < stopSeq) {
        const edges = task.edges.map((edge): EdgeNow => {
          const end = ends.get(edge.from);
          const upstream = plan.tasks[edge.from];
          if (end === undefined || !upstream) return { edge, isOpen: true, letter: undefined };
          return { edge, isOpen: false, letter: letterOf(edge, end, upstream, known[edge.from]) };
        });
        const problem = judgeStep(event, verdictNow(task.triggerRule, edges), known[node]?.truth ?? true);
        if (problem)
          yield {
            what: `${problem} (seq ${event.seq}, ${task.triggerRule}, edges ${describe(edges)})`,
            node,
          };
      }
      const end = endOf(event);
      if (end) ends.set(node, end);
    }
    yield* judgeStarts(run, stopSeq);
  },
);

function judgeStep(
  event: DurableEvent,
  verdict: Verdict | undefined,
  truth: boolean | number | 'error',
): string | undefined {
  const step = event.type.slice('node.'.length);
  if (verdict === undefined) return `${step}, but its rule has to wait`;
  if (verdict !== 'run') return step === verdict ? undefined : `${step}, but its rule says ${verdict}`;
  if (step === 'upstream_failed' || step === 'cancelled') return `${step}, but its rule says run`;
  if (truth === false) return step === 'skipped' ? undefined : `${step}, but its condition is false`;
  if (truth === 'error')
    return step === 'failed' ? undefined : `${step}, but its condition cannot be evaluated`;
  return step === 'skipped' ? 'skipped, but its rule says run and its condition holds' : undefined;
}

/** Nodes of a fan-out: the task is expanded before, and the condition per node holds. */
function* judgeStarts(run: RunEvidence, stopSeq: number): Iterable<{ what: string; node: number }> {
  const { plan, known } = run.workflow;
  for (const node of run.byNode.keys()) {
    const first = firstStep(run, node);
    if (node < plan.tasks.length || !first || first.seq > stopSeq) continue;
    const { task, item } = run.nodeName(node);
    const expanded = firstStep(run, task);
    if (expanded?.type !== 'node.expanded' || expanded.seq > first.seq)
      yield { what: 'a node before its fan-out was expanded', node };
    const truth = known[task]?.truth ?? true;
    const isSkipped = first.type === 'node.skipped';
    const expected = typeof truth === 'number' && item >= truth;
    if (isSkipped !== expected)
      yield { what: `item ${item} ${first.type}, its condition is ${!expected}`, node };
  }
}

/** A result from a history that was lost may come before it. */
function firstStep(run: RunEvidence, node: number): DurableEvent | undefined {
  return run.byNode.get(node)?.find(({ type }) => type !== 'node.late');
}

function describe(edges: readonly EdgeNow[]): string {
  return edges
    .map(({ edge, isOpen, letter }) => `${edge.from}:${isOpen ? 'open' : (letter ?? 'dropped')}`)
    .join(' ');
}
