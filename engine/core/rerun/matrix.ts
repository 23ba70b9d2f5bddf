/**
 * The rerun matrix: which verb may do which part of a run again, with which definition and inputs. Data: the documentation
 * prints it, tests execute every row, and plans are refused by it.
 */
import type { RetryScope } from '../message.ts';

export const VERBS = ['retry', 'rerun'] as const;
export const SCOPES = ['failed', 'from', 'node', 'all'] as const satisfies readonly RetryScope[];
export const DEFINITIONS = ['same', 'newest'] as const;
export const INPUTS = ['same', 'changed'] as const;

/** What somebody asks for. */
export interface RerunCase {
  readonly verb: (typeof VERBS)[number];
  readonly scope: RetryScope;
  readonly definition: (typeof DEFINITIONS)[number];
  readonly inputs: (typeof INPUTS)[number];
}

export type RerunRow = { readonly [field in keyof RerunCase]: RerunCase[field] | 'any' } & (
  | { readonly allowed: true; readonly reset: string; readonly reused: string }
  | { readonly allowed: false; readonly why: string }
);

const SAME_RUN =
  'a retry goes on with the same run; a new run takes another definition or other inputs: sluice rerun';
const REACHED = ', what the changes reach, and all downstream of these';

/** The first row that fits counts. */
export const RERUN_MATRIX: readonly RerunRow[] = [
  { verb: 'retry', scope: 'any', definition: 'newest', inputs: 'any', allowed: false, why: SAME_RUN },
  { verb: 'retry', scope: 'any', definition: 'any', inputs: 'changed', allowed: false, why: SAME_RUN },
  {
    verb: 'retry',
    scope: 'failed',
    definition: 'same',
    inputs: 'same',
    allowed: true,
    reset:
      'tasks that failed or were cancelled (of fan-outs the nodes that did), all downstream of them, what was undone',
    reused: 'all else',
  },
  {
    verb: 'retry',
    scope: 'from',
    definition: 'same',
    inputs: 'same',
    allowed: true,
    reset: 'the named nodes, all downstream of them, what was undone',
    reused: 'all else',
  },
  {
    verb: 'retry',
    scope: 'node',
    definition: 'same',
    inputs: 'same',
    allowed: true,
    reset: 'the named nodes alone',
    reused: 'all else',
  },
  {
    verb: 'retry',
    scope: 'all',
    definition: 'same',
    inputs: 'same',
    allowed: true,
    reset: 'everything',
    reused: 'nothing',
  },
  {
    verb: 'rerun',
    scope: 'all',
    definition: 'any',
    inputs: 'any',
    allowed: true,
    reset: 'everything',
    reused: 'nothing',
  },
  {
    verb: 'rerun',
    scope: 'failed',
    definition: 'any',
    inputs: 'any',
    allowed: true,
    reset: `tasks that did not succeed${REACHED}`,
    reused: 'tasks that succeeded or were skipped, whole',
  },
  {
    verb: 'rerun',
    scope: 'from',
    definition: 'any',
    inputs: 'any',
    allowed: true,
    reset: `the named tasks, tasks that did not succeed${REACHED}`,
    reused: 'tasks that succeeded or were skipped, whole',
  },
  {
    verb: 'rerun',
    scope: 'node',
    definition: 'same',
    inputs: 'same',
    allowed: true,
    reset: 'the named tasks alone',
    reused: 'all else; everything else must have succeeded or been skipped',
  },
  {
    verb: 'rerun',
    scope: 'node',
    definition: 'any',
    inputs: 'any',
    allowed: false,
    why: 'a change reaches more than one node; rerun from there instead (--from)',
  },
];

export function rowOf(asked: RerunCase): RerunRow | undefined {
  const fits = (field: keyof RerunCase, row: RerunRow) => row[field] === 'any' || row[field] === asked[field];
  return RERUN_MATRIX.find((row) =>
    (['verb', 'scope', 'definition', 'inputs'] as const).every((field) => fits(field, row)),
  );
}

/** Why not; undefined when it is allowed. */
export function whyRefused(asked: RerunCase): string | undefined {
  const row = rowOf(asked);
  return row && !row.allowed ? row.why : undefined;
}

/** The table of docs/runs.md, Markdown. */
export function rerunTable(): string {
  const rows = RERUN_MATRIX.map((row) => {
    const [reset, reused] = row.allowed ? [row.reset, row.reused] : [`refused: ${row.why}`, ''];
    return `| ${row.verb} | ${row.scope} | ${row.definition} | ${row.inputs} | ${reset} | ${reused} |`;
  });
  const head = '| verb | scope | definition | inputs | runs again | stays, or is reused |';
  return [head, '|---|---|---|---|---|---|', ...rows].join('\n');
}
