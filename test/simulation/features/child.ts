/** Sub-workflows: runs that nodes of other runs start and wait for, across shards and through all faults. */
import { isRunEnded } from '../../../engine/core/node-state.ts';
import { type Plan, type PlanChild, sealPlan } from '../../../engine/core/plan.ts';
import { NO_RETRY } from '../../../engine/core/retry-policy.ts';
import { endOf, isRunEnd } from '../checker/invariant.ts';
import type { DurableEvent, Evidence, FeaturedRun, RunEvidence } from '../evidence.ts';
import type { Random } from '../random.ts';
import { type DraftTask, plainTask } from './draft.ts';
import { anyNode, type Feature } from './feature.ts';

export const child: Feature = {
  name: 'sub-workflow',
  plant(draft) {
    const { dice } = draft;
    const leaf = childPlan(dice, 'leaf', [workTask(dice, 'a'), workTask(dice, 'b')]);
    const middle = childPlan(dice, 'middle', [workTask(dice, 'c'), childTask(dice, 'd', leaf)]);
    draft.linked.push(leaf, middle);
    draft.addWork(childTask(dice, `c${draft.tasks.length}`, dice.chance(0.4) ? middle : leaf));
  },
  happened: (run) => anyNode(run, 'node.child_started', (task) => task.child?.detached === false),
  *check(run, evidence) {
    const children = new Map(evidence.children.map((one) => [one.id, one]));
    yield* checkParent(run, children, evidence);
  },
};

function workTask(dice: Random, id: string): DraftTask {
  return {
    ...plainTask(id),
    action: {
      uses: 'sim',
      with: { fail: dice.pick([0, 0, 0.3]), ...(dice.chance(0.1) ? { hang: 0.5 } : {}) },
    },
    timeoutMs: 2_000,
  };
}

function childTask(dice: Random, id: string, { name, hash }: Plan): DraftTask {
  const start: PlanChild = {
    namespace: 'default',
    workflow: name,
    hash,
    inputs: {},
    detached: dice.chance(0.1),
  };
  return {
    ...plainTask(id),
    action: { uses: 'workflow', with: {} },
    child: start,
    ...(dice.chance(0.3) ? { timeoutMs: dice.int(300, 3_000) } : {}),
    ...(dice.chance(0.3) ? { retry: { ...NO_RETRY, attempts: 2, delayMs: 100 } } : {}),
    ...(dice.chance(0.3)
      ? {
          fanOut: { kind: 'foreach', items: `\${{ range(0, ${dice.int(1, 4)}) }}` },
          maxFailures: { count: dice.int(0, 1) },
          failFast: dice.chance(0.6),
          ...(dice.chance(0.4) ? { maxParallel: dice.int(1, 2) } : {}),
        }
      : {}),
  };
}

function childPlan(dice: Random, name: string, tasks: readonly DraftTask[]): Plan {
  const [first] = tasks;
  return sealPlan({
    format: 1,
    name: `${name}-${dice.int(0, 1_000_000)}`,
    namespace: 'default',
    labels: {},
    inputs: {},
    priority: 5,
    tasks,
    outputs: { token: `\${{ default(tasks.${first?.id}.outputs.token, 'none') }}` },
  });
}

type Found = string | { what: string; node: number };

function* checkParent(
  parent: RunEvidence | FeaturedRun,
  children: ReadonlyMap<string, RunEvidence>,
  evidence: Evidence,
): Iterable<Found> {
  const { plan } = parent.workflow;
  for (const [node, events] of parent.byNode) {
    const task = plan.tasks[parent.nodeName(node).task];
    if (!task?.child) continue;
    for (const [i, event] of events.entries()) {
      if (event.type !== 'node.child_started') continue;
      const id = event.detail?.run ?? '';
      const run = children.get(id);
      // What a store that went back has lost is started again as the same run.
      if (!run) {
        if (!evidence.wentBack) yield { what: `its child ${id} was never started`, node };
        continue;
      }
      yield* checkParent(run, children, evidence);
      if (task.child.detached || evidence.wentBack) continue;
      // A node that is marked lets its child go.
      if (
        events.slice(i + 1).find((one) => isAttemptEnd(one) || one.type === 'node.reset')?.type ===
        'node.reset'
      )
        continue;
      const end = events.slice(i + 1).find(isAttemptEnd);
      yield* judge(run, end).map((what) => ({ what: `${what} (child ${id})`, node }));
      const wasLast = run.events.find(isRunEnd);
      const parentEnd = parent.events.find((one) => isRunEnd(one) && one.seq > event.seq);
      if (wasLast && parentEnd && parentEnd.durableAt < wasLast.durableAt)
        yield { what: `its child ${id} outlived the run`, node };
    }
  }
}

function isAttemptEnd(event: DurableEvent): boolean {
  return endOf(event) !== undefined || event.type === 'node.retrying' || event.type === 'node.repeating';
}

/** The node ends after its child, and as it. */
function judge(run: RunEvidence, end: DurableEvent | undefined): string[] {
  const childEnd = run.events.find(isRunEnd);
  if (!end) return isRunEnded(run.header.status) ? ['the node did not end'] : [];
  if (!childEnd) return ['the node ended and its child has not'];
  if (end.durableAt < childEnd.durableAt) return ['the node ended before its child'];
  const succeeded = run.header.status === 'succeeded';
  const isSuccess = end.type === 'node.succeeded' || end.type === 'node.repeating';
  return succeeded === isSuccess ? [] : [`the child is ${run.header.status}, and ${end.type} came of it`];
}
