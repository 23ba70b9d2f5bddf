/** A trigger rule and its edges in words, from the table that the engine runs on. */
import { chosenCase, edgeOutcome, plainOutcome } from '../edge-counts.ts';
import { isEnded } from '../node-state.ts';
import type { EdgeOutcome, PlanEdge, PlanTask } from '../plan.ts';
import type { RunState } from '../run-state.ts';
import { TRIGGER_RULES, type TriggerRule, type TriggerRuleRow } from '../trigger-rule.ts';
import { type Reason, reason } from './explanation.ts';

const BOUNDS = {
  noS: 'none succeeded',
  noF: 'none failed',
  noK: 'none was skipped',
  someS: 'at least one succeeded',
  someF: 'at least one failed',
  someSorF: 'at least one succeeded or failed',
} as const satisfies Record<keyof TriggerRuleRow['runWhen'], string>;

/** The row of the rule as a sentence. */
export function ruleReason(rule: TriggerRule, verdict: string): Reason {
  const row: TriggerRuleRow = TRIGGER_RULES[rule];
  const bounds = Object.entries(BOUNDS).flatMap(([bound, words]) =>
    row.runWhen[bound as keyof typeof BOUNDS] ? [words] : [],
  );
  const when =
    bounds.length === 0 ? (row.early ? 'at once' : 'when all upstream has ended') : whenWords(row, bounds);
  const otherwise = row.otherwise === 'skipped' ? 'skipped' : 'upstream_failed if one failed, else skipped';
  const text = `trigger_rule ${rule} runs it ${when}${bounds.length === 0 ? '' : `; otherwise ${otherwise}`}.`;
  return reason('rule', text, { rule, verdict });
}

function whenWords({ early }: TriggerRuleRow, bounds: readonly string[]): string {
  return `${early ? 'as soon as' : 'when all upstream has ended and'} ${bounds.join(' and ')}`;
}

const OUTCOMES = { S: 'a success', F: 'a failure', K: 'skipped' } as const satisfies Record<
  EdgeOutcome,
  string
>;

/** How each ended upstream task counts. */
export function edgeReasons(run: RunState, task: PlanTask): Reason[] {
  return task.edges.flatMap((edge) => {
    const record = run.nodes[edge.from];
    const upstream = run.plan.tasks[edge.from];
    if (!record || !upstream || !isEnded(record.state)) return [];
    if (edge.data && task.triggerRule !== 'all_success') return [];
    const outcome = edgeOutcome(edge, record, upstream);
    const counts =
      outcome === 'dropped' ? 'is left out, since the edge is optional' : `counts as ${OUTCOMES[outcome]}`;
    const text = `${upstream.id} ${stateWords(record.state)}, which ${counts}${whyOutcome(edge, run, outcome)}.`;
    return [reason('edge', text, { from: upstream.id, status: record.state, counts: outcome })];
  });
}

function whyOutcome(edge: PlanEdge, run: RunState, outcome: EdgeOutcome | 'dropped'): string {
  const record = run.nodes[edge.from];
  const upstream = run.plan.tasks[edge.from];
  if (!record || !upstream) return '';
  if (edge.when) return ` for \`when: ${edge.when.join(', ')}\``;
  if (edge.case) {
    const choice = chosenCase(record, upstream);
    return ` for \`case: ${edge.case.join(', ')}\`${record.state === 'succeeded' ? ` (it chose ${choice || 'none'})` : ''}`;
  }
  return record.state === 'failed' && outcome === 'S' && plainOutcome(record, upstream) === 'S'
    ? ' because of `allow_failure`'
    : '';
}

export function stateWords(state: string): string {
  return state === 'succeeded' || state === 'failed' ? state : `is ${state}`;
}

/** Upstream tasks that have not ended. */
export function openUpstream(
  run: RunState,
  task: PlanTask,
): { readonly id: string; readonly state: string }[] {
  const seen = new Set<number>();
  return task.edges.flatMap(({ from }) => {
    const record = run.nodes[from];
    const upstream = run.plan.tasks[from];
    if (!record || !upstream || isEnded(record.state) || seen.has(from)) return [];
    seen.add(from);
    return [{ id: upstream.id, state: record.state }];
  });
}
