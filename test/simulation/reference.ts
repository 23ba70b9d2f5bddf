/**
 * A second, slow and plain implementation of "Outcomes and edges" of the language, written from its description: the
 * checker compares the engine with it. It enumerates what could still happen instead of reasoning about it.
 */
import type { PlanEdge, PlanTask } from '../../engine/core/plan.ts';
import type { KnownTask } from './random-workflow.ts';

export type Letter = 'S' | 'F' | 'K';
export type Verdict = 'run' | 'skipped' | 'upstream_failed';
export type End = 'succeeded' | 'failed' | 'skipped' | 'upstream_failed' | 'cancelled';

/** How an edge counts; undefined: dropped. */
export function letterOf(
  edge: PlanEdge,
  end: End,
  upstream: Pick<PlanTask, 'allowFailure'>,
  known: Pick<KnownTask, 'choice'> | undefined,
): Letter | undefined {
  let letter: Letter = 'F';
  if (end === 'succeeded' || (end === 'failed' && upstream.allowFailure)) letter = 'S';
  if (end === 'skipped') letter = 'K';
  if (edge.when) {
    const words = { S: 'success', F: 'failure', K: 'skipped' } as const;
    letter = edge.when.includes('done') || edge.when.includes(words[letter]) ? 'S' : 'K';
  }
  if (edge.case && letter === 'S') {
    const choice = end === 'succeeded' ? known?.choice : undefined;
    letter = typeof choice === 'string' && edge.case.includes(choice) ? 'S' : 'K';
  }
  return edge.optional && letter !== 'S' ? undefined : letter;
}

/** What the rule says once all edges that count have ended. */
export function verdictOf(rule: PlanTask['triggerRule'], letters: readonly Letter[]): Verdict {
  const s = letters.filter((letter) => letter === 'S').length;
  const f = letters.filter((letter) => letter === 'F').length;
  const k = letters.filter((letter) => letter === 'K').length;
  const blame: Verdict = f > 0 ? 'upstream_failed' : 'skipped';
  switch (rule) {
    case 'all_success':
      return f === 0 && k === 0 ? 'run' : blame;
    case 'all_failed':
      return s === 0 && k === 0 ? 'run' : 'skipped';
    case 'all_skipped':
      return s === 0 && f === 0 ? 'run' : 'skipped';
    case 'all_done':
    case 'always':
      return 'run';
    case 'all_done_min_one_success':
    case 'one_success':
      return s > 0 ? 'run' : blame;
    case 'one_failed':
      return f > 0 ? 'run' : 'skipped';
    case 'one_done':
      return s + f > 0 ? 'run' : 'skipped';
    case 'none_failed':
      return f === 0 ? 'run' : 'upstream_failed';
    case 'none_failed_min_one_success':
      return f > 0 ? 'upstream_failed' : s > 0 ? 'run' : 'skipped';
    case 'none_skipped':
      return k === 0 ? 'run' : 'skipped';
  }
}

/** An edge of a task: its outcome, or open. */
export interface EdgeNow {
  readonly edge: PlanEdge;
  readonly isOpen: boolean;
  readonly letter: Letter | undefined;
}

/** Data edges count under `all_success` only; under other rules they are waited for. */
export function counts(edge: PlanEdge, rule: PlanTask['triggerRule']): boolean {
  return edge.data !== true || rule === 'all_success';
}

/** What the rule may say now. `undefined`: it has to wait. */
export function verdictNow(rule: PlanTask['triggerRule'], edges: readonly EdgeNow[]): Verdict | undefined {
  const counted = edges.filter(({ edge }) => counts(edge, rule));
  const isDataOpen = edges.some(({ edge, isOpen }) => isOpen && !counts(edge, rule));
  const ended = counted.flatMap(({ isOpen, letter }) => (isOpen || letter === undefined ? [] : [letter]));
  const open = counted.filter(({ isOpen }) => isOpen);
  const possible = new Set(completions(open).map((rest) => verdictOf(rule, [...ended, ...rest])));
  const [only] = possible;
  if (possible.size === 1 && only !== undefined && only !== 'run') return only;
  if (isDataOpen) return undefined;
  if (open.length === 0) return only;
  return mayRunEarly(rule, ended) ? 'run' : undefined;
}

function mayRunEarly(rule: PlanTask['triggerRule'], ended: readonly Letter[]): boolean {
  if (rule === 'always') return true;
  if (rule === 'one_success') return ended.includes('S');
  if (rule === 'one_failed') return ended.includes('F');
  return rule === 'one_done' && (ended.includes('S') || ended.includes('F'));
}

/** Every way in which open edges can end. */
function completions(open: readonly EdgeNow[]): Letter[][] {
  return open.reduce<Letter[][]>(
    (all, { edge }) => all.flatMap((one) => waysOf(edge).map((way) => (way ? [...one, way] : one))),
    [[]],
  );
}

function waysOf(edge: PlanEdge): (Letter | undefined)[] {
  if (edge.optional) return ['S', undefined];
  return edge.when ? ['S', 'K'] : ['S', 'F', 'K'];
}
