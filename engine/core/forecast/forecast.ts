/** The form of a forecast: what a run with given inputs would do. A public contract of `sluice plan --json`. */

export interface TaskForecast {
  readonly task: string;
  /** From 1: tasks of one level can run at the same time. */
  readonly level: number;
  readonly needs: readonly string[];
  readonly uses: string;
  readonly queue: string;
  /** Nodes that it becomes; null when that depends on what other tasks give. */
  readonly nodes: number | null;
  /** Nodes of it that run at once; null for no bound. */
  readonly max_parallel: number | null;
  /** `skipped` and `runs` hold if all that runs succeeds; `maybe` depends on what other tasks give. */
  readonly expected: 'runs' | 'skipped' | 'maybe';
  /** Why it is skipped, or may be. */
  readonly because: string | null;
  /** How long it takes in all, learned from former runs, ms; null when it has never run. */
  readonly estimate_ms: number | null;
  readonly is_critical: boolean;
  /** Of a sub-workflow whose definition is at hand. */
  readonly child: RunForecast | null;
}

export interface RunForecast {
  readonly format: 1;
  readonly workflow: string;
  readonly version: string;
  readonly tasks: readonly TaskForecast[];
  readonly levels: number;
  /** Nodes that are known to run; `is_exact` is false when some tasks have an unknown number. */
  readonly nodes: number;
  readonly is_exact: boolean;
  /** The level with the most nodes at once, bounds considered. */
  readonly widest: { readonly level: number; readonly nodes: number } | null;
  readonly critical_path: readonly string[];
  /** Length of the critical path, ms; null without history. */
  readonly estimate_ms: number | null;
  /** Former runs from which durations were learned. */
  readonly learned_from: number;
}

/** What former runs taught of one task. */
export interface LearnedTask {
  /** Mean of one node, ms. */
  readonly nodeMs: number;
  /** Mean number of nodes. */
  readonly nodes: number;
}

export interface Learned {
  readonly runs: number;
  readonly tasks: ReadonlyMap<string, LearnedTask>;
}

export const NOTHING_LEARNED: Learned = { runs: 0, tasks: new Map() };
