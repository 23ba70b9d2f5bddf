/**
 * Trigger rules: when a task may run, given how its upstream ended. The names are Airflow's.
 *
 * The table below is the whole meaning: `docs/trigger-rules.md` prints it and the tests execute it. Counts are of
 * edges: S success, F failure, K skipped (see `EdgeOutcome`).
 */

export interface TriggerRuleRow {
  /** The rule says run when every bound given here holds once all edges have ended. */
  readonly runWhen: {
    readonly noS?: true;
    readonly noF?: true;
    readonly noK?: true;
    readonly someS?: true;
    readonly someF?: true;
    readonly someSorF?: true;
  };
  /** When it does not run: `upstream_failed` if any edge is F, or always `skipped`. */
  readonly otherwise: 'upstream_failed_if_any_F' | 'skipped';
  /** May run as soon as the bounds hold, before all edges have ended. */
  readonly early?: true;
}

export const TRIGGER_RULES = {
  all_success: { runWhen: { noF: true, noK: true }, otherwise: 'upstream_failed_if_any_F' },
  all_failed: { runWhen: { noS: true, noK: true }, otherwise: 'skipped' },
  all_skipped: { runWhen: { noS: true, noF: true }, otherwise: 'skipped' },
  all_done: { runWhen: {}, otherwise: 'skipped' },
  all_done_min_one_success: { runWhen: { someS: true }, otherwise: 'upstream_failed_if_any_F' },
  one_success: { runWhen: { someS: true }, otherwise: 'upstream_failed_if_any_F', early: true },
  one_failed: { runWhen: { someF: true }, otherwise: 'skipped', early: true },
  one_done: { runWhen: { someSorF: true }, otherwise: 'skipped', early: true },
  none_failed: { runWhen: { noF: true }, otherwise: 'upstream_failed_if_any_F' },
  none_failed_min_one_success: { runWhen: { noF: true, someS: true }, otherwise: 'upstream_failed_if_any_F' },
  none_skipped: { runWhen: { noK: true }, otherwise: 'skipped' },
  always: { runWhen: {}, otherwise: 'skipped', early: true },
} as const satisfies Record<string, TriggerRuleRow>;

export type TriggerRule = keyof typeof TRIGGER_RULES;
export const TRIGGER_RULE_NAMES = Object.keys(TRIGGER_RULES) as readonly TriggerRule[];

/** Rules under which an `optional` edge is an error: without a success there would be nothing left to ask about. */
export const RULES_WITHOUT_OPTIONAL: readonly TriggerRule[] = ['all_failed', 'one_failed', 'all_skipped'];

export type Verdict = 'run' | 'skipped' | 'upstream_failed' | 'wait';

/** How the edges of one task stand. Every edge is in exactly one count; dropped optional edges are in none. */
export interface EdgeCounts {
  readonly s: number;
  readonly f: number;
  readonly k: number;
  /** Ordinary and `case` edges still open: may become S, F or K. */
  readonly open: number;
  /** `when` edges still open: may become S or K. */
  readonly openWhen: number;
  /** `optional` edges still open: may become S or be dropped. */
  readonly openOptional: number;
  /** Data edges still open under a rule that does not count them: they only hold a run back. */
  readonly openData: number;
}

type Ended = readonly [s: boolean, f: boolean, k: boolean];

/** What the rule says of the edges as they stand. `wait` until no open edge could change the answer. */
export function judge(rule: TriggerRule, counts: EdgeCounts): Verdict {
  const row: TriggerRuleRow = TRIGGER_RULES[rule];
  const open = counts.open + counts.openWhen + counts.openOptional;
  const present: Ended = [counts.s > 0, counts.f > 0, counts.k > 0];
  if (open === 0) {
    const verdict = final(row, present);
    return verdict === 'run' && counts.openData > 0 ? 'wait' : verdict;
  }
  if (row.early && holds(row, present) && boundsOnlyGrow(row)) return counts.openData > 0 ? 'wait' : 'run';
  const verdicts = new Set(possibleEnds(counts).map((end) => final(row, end)));
  const [only] = verdicts;
  return verdicts.size === 1 && only !== undefined && only !== 'run' ? only : 'wait';
}

function final(row: TriggerRuleRow, end: Ended): Exclude<Verdict, 'wait'> {
  if (holds(row, end)) return 'run';
  return row.otherwise === 'upstream_failed_if_any_F' && end[1] ? 'upstream_failed' : 'skipped';
}

function holds({ runWhen }: TriggerRuleRow, [s, f, k]: Ended): boolean {
  return (
    !(runWhen.noS && s) &&
    !(runWhen.noF && f) &&
    !(runWhen.noK && k) &&
    !(runWhen.someS && !s) &&
    !(runWhen.someF && !f) &&
    !(runWhen.someSorF && !s && !f)
  );
}

/** An early rule has only lower bounds, so that once true it stays true. */
function boundsOnlyGrow({ runWhen }: TriggerRuleRow): boolean {
  return !runWhen.noS && !runWhen.noF && !runWhen.noK;
}

const OPEN_ENDS: readonly Ended[] = [
  [true, false, false],
  [false, true, false],
  [false, false, true],
  [true, true, false],
  [true, false, true],
  [false, true, true],
  [true, true, true],
];
const NOTHING: Ended = [false, false, false];

/** Every set of outcomes that could be present in the end. Bounds ask only "any?", so presence is all that counts. */
function possibleEnds(counts: EdgeCounts): Ended[] {
  const present: Ended = [counts.s > 0, counts.f > 0, counts.k > 0];
  const plain = subsets(counts.open, () => true);
  const when = subsets(counts.openWhen, ([, f]) => !f);
  const optional = counts.openOptional > 0 ? [NOTHING, OPEN_ENDS[0] ?? NOTHING] : [NOTHING];
  return plain.flatMap((a) =>
    when.flatMap((b) => optional.map((c) => union(union(present, a), union(b, c)))),
  );
}

function subsets(edges: number, allowed: (end: Ended) => boolean): readonly Ended[] {
  if (edges === 0) return [NOTHING];
  return OPEN_ENDS.filter((end) => allowed(end) && end.filter(Boolean).length <= edges);
}

function union(a: Ended, b: Ended): Ended {
  return [a[0] || b[0], a[1] || b[1], a[2] || b[2]];
}
