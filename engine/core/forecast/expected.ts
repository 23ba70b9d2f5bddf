/**
 * Which tasks would run, if all that runs succeeds: the trigger rules are asked over the edges as they would be, by the same
 * functions that a run asks. What depends on outputs of tasks is `maybe`.
 */
import { caseNames, countEdges } from '../edge-counts.ts';
import { evaluate, isTruthy, parseExpression } from '../expression/index.ts';
import { isJsonObject } from '../json.ts';
import { NO_CASE } from '../node-record.ts';
import type { NodeState } from '../node-state.ts';
import type { PlanTask } from '../plan.ts';
import { prepareOptions, preparing } from '../prepare.ts';
import type { RunState } from '../run-state.ts';
import { runScope } from '../scope.ts';
import { judge, type Verdict } from '../trigger-rule.ts';

export interface Expected {
  readonly expected: 'runs' | 'skipped' | 'maybe';
  readonly because: string | null;
}

const RUNS: Expected = { expected: 'runs', because: null };

/** By task index. Changes the records of `run`, which must be a run of its own. `order`: upstream first. */
export function expectedTasks(run: RunState, order: readonly number[], now: number): Expected[] {
  const found: Expected[] = [];
  const unknownSwitches = new Set<number>();
  for (const index of order) {
    const task = run.plan.tasks[index];
    const record = run.nodes[index];
    if (!task || !record) continue;
    const expected = expectedOf(run, index, { found, unknownSwitches, now });
    found[index] = expected;
    record.state = expected.expected === 'skipped' ? 'skipped' : 'succeeded';
    if (task.action.uses === 'switch' && expected.expected !== 'skipped' && !choose(run, task, index))
      unknownSwitches.add(index);
  }
  return found;
}

interface Known {
  readonly found: readonly Expected[];
  /** Switches whose choice depends on outputs. */
  readonly unknownSwitches: ReadonlySet<number>;
  readonly now: number;
}

function expectedOf(run: RunState, index: number, known: Known): Expected {
  const task = run.plan.tasks[index];
  if (!task) return RUNS;
  const verdicts = new Set(possibleVerdicts(run, task, known));
  const [verdict] = verdicts;
  if (verdicts.size > 1)
    return { expected: 'maybe', because: `depends on how ${uncertain(run, task, known).join(', ')} ends` };
  if (verdict !== 'run') return { expected: 'skipped', because: skipWords(task) };
  return ifOf(run, task, known.now);
}

/** The rule's verdicts with all uncertain upstream running, and with all of it skipped. */
function possibleVerdicts(run: RunState, task: PlanTask, known: Known): Verdict[] {
  const open = task.edges.filter((edge) => isUncertain(edge.from, edge.case !== undefined, known));
  if (open.length === 0) return [judge(task.triggerRule, countEdges(run, task))];
  return (['succeeded', 'skipped'] as const).map((state) =>
    judge(task.triggerRule, countEdges(withStates(run, open, state), task)),
  );
}

function isUncertain(from: number, hasCase: boolean, { found, unknownSwitches }: Known): boolean {
  return found[from]?.expected === 'maybe' || (hasCase && unknownSwitches.has(from));
}

/** The run with the uncertain upstream as given; a switch that runs makes the choice that the edge asks for. */
function withStates(
  run: RunState,
  open: PlanTask['edges'],
  state: NodeState,
): Pick<RunState, 'nodes' | 'plan'> {
  const nodes = [...run.nodes];
  for (const edge of open) {
    const record = nodes[edge.from];
    const upstream = run.plan.tasks[edge.from];
    if (!record || !upstream) continue;
    const choice = edge.case ? caseNames(upstream).indexOf(edge.case[0] ?? '') + 1 : record.choice;
    nodes[edge.from] = { ...record, state, choice };
  }
  return { nodes, plan: run.plan };
}

function uncertain(run: RunState, task: PlanTask, known: Known): string[] {
  const open = task.edges.filter((edge) => isUncertain(edge.from, edge.case !== undefined, known));
  return [...new Set(open.map(({ from }) => run.plan.tasks[from]?.id ?? ''))];
}

function skipWords({ edges, triggerRule }: PlanTask): string {
  if (edges.some(({ when }) => when && !when.includes('success') && !when.includes('done')))
    return 'runs only when something before it fails';
  return triggerRule === 'all_success'
    ? 'what it needs is skipped'
    : `its trigger rule ${triggerRule} does not hold`;
}

function ifOf(run: RunState, task: PlanTask, now: number): Expected {
  const source = task.if;
  if (source === undefined) return RUNS;
  const maybe: Expected = { expected: 'maybe', because: `if: ${source}` };
  if (task.ifPerNode) return maybe;
  const answer = preparing(() => isTruthy(evaluate(parseExpression(source), runScope(run, now))));
  if ('error' in answer) return maybe;
  return answer.value ? RUNS : { expected: 'skipped', because: `if: ${source} is false` };
}

/** Notes the choice of a switch on its record. False when it depends on what other tasks give. */
function choose(run: RunState, task: PlanTask, index: number): boolean {
  const record = run.nodes[index];
  const options = record && prepareOptions(run, record, task);
  if (!record || !options || 'error' in options) return false;
  const { cases, default: fallback } = options.value;
  const list = Array.isArray(cases) ? cases.filter(isJsonObject) : [];
  const taken = list.find((one) => isTruthy(one['if'] ?? null));
  const name = taken?.['name'] ?? fallback;
  const at = typeof name === 'string' ? caseNames(task).indexOf(name) : -1;
  record.choice = at < 0 ? NO_CASE : at + 1;
  return true;
}
