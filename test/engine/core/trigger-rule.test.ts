/** The rule table of the language, written again as sentences over the list of outcomes, against the table that runs. */
import { describe, expect, it } from 'vitest';
import {
  type EdgeCounts,
  judge,
  RULES_WITHOUT_OPTIONAL,
  TRIGGER_RULE_NAMES,
  type TriggerRule,
  type Verdict,
} from '../../../engine/core/trigger-rule.ts';

type Letter = 'S' | 'F' | 'K';
type Kind = 'plain' | 'when' | 'optional' | 'data';
/** Undefined: the edge is dropped. */
type End = Letter | undefined;
type Edge = { readonly kind: Kind; readonly end?: End; readonly open?: true };

/** What each kind of edge may still become. */
const ENDS: Record<Kind, readonly End[]> = {
  plain: ['S', 'F', 'K'],
  when: ['S', 'K'],
  optional: ['S', undefined],
  data: [undefined],
};
const EARLY: readonly TriggerRule[] = ['one_success', 'one_failed', 'one_done', 'always'];

/** The table of LANGUAGE, row by row: what the rule says when all have ended. */
const WHEN_ALL_ENDED: Record<TriggerRule, (all: readonly Letter[]) => Verdict> = {
  all_success: (all) => (all.every((one) => one === 'S') ? 'run' : blame(all)),
  all_failed: (all) => (all.every((one) => one === 'F') ? 'run' : 'skipped'),
  all_skipped: (all) => (all.every((one) => one === 'K') ? 'run' : 'skipped'),
  all_done: () => 'run',
  all_done_min_one_success: (all) => (all.includes('S') ? 'run' : blame(all)),
  one_success: (all) => (all.includes('S') ? 'run' : blame(all)),
  one_failed: (all) => (all.includes('F') ? 'run' : 'skipped'),
  one_done: (all) => (all.includes('S') || all.includes('F') ? 'run' : 'skipped'),
  none_failed: (all) => (all.includes('F') ? 'upstream_failed' : 'run'),
  none_failed_min_one_success: (all) => (!all.includes('F') && all.includes('S') ? 'run' : blame(all)),
  none_skipped: (all) => (all.includes('K') ? 'skipped' : 'run'),
  always: () => 'run',
};

function blame(all: readonly Letter[]): Verdict {
  return all.includes('F') ? 'upstream_failed' : 'skipped';
}

const present = (ends: readonly End[]): Letter[] => ends.filter((end) => end !== undefined);

/** The verdict by trying everything that could still happen. */
function reference(rule: TriggerRule, edges: readonly Edge[]): Verdict {
  const final = new Set(futures(edges).map((ends) => WHEN_ALL_ENDED[rule](present(ends))));
  const [only] = final;
  const open = edges.filter((edge) => edge.open && edge.kind !== 'data');
  const openData = edges.some((edge) => edge.open && edge.kind === 'data');
  if (final.size === 1 && only !== 'run') return only ?? 'wait';
  if (openData) return 'wait';
  if (open.length === 0) return only ?? 'wait';
  const ended = present(edges.map(({ end }) => end));
  return EARLY.includes(rule) && WHEN_ALL_ENDED[rule](ended) === 'run' ? 'run' : 'wait';
}

/** Every list of outcomes that the edges could end with. */
function futures(edges: readonly Edge[]): End[][] {
  return edges.reduce<End[][]>(
    (lists, edge) =>
      lists.flatMap((list) => (edge.open ? ENDS[edge.kind] : [edge.end]).map((end) => [...list, end])),
    [[]],
  );
}

function countsOf(edges: readonly Edge[]): EdgeCounts {
  const counts = { s: 0, f: 0, k: 0, open: 0, openWhen: 0, openOptional: 0, openData: 0 };
  const open = { plain: 'open', when: 'openWhen', optional: 'openOptional', data: 'openData' } as const;
  for (const edge of edges) {
    if (edge.open) counts[open[edge.kind]]++;
    else if (edge.end === 'S') counts.s++;
    else if (edge.end === 'F') counts.f++;
    else if (edge.end === 'K') counts.k++;
  }
  return counts;
}

/** All edges there can be: each kind, ended in each way or still open. */
const EDGES: readonly Edge[] = (Object.keys(ENDS) as Kind[]).flatMap((kind) => [
  { kind, open: true as const },
  ...ENDS[kind].map((end) => ({ kind, end })),
]);

/** All multisets of up to `size` edges. */
function edgeSets(size: number, from = 0): Edge[][] {
  if (size === 0) return [[]];
  const smaller = EDGES.slice(from).flatMap((edge, i) =>
    edgeSets(size - 1, from + i).map((rest) => [edge, ...rest]),
  );
  return [[], ...smaller];
}

describe.each(TRIGGER_RULE_NAMES)('%s', (rule) => {
  it('says what the table says, as early as it can and never earlier, for all sets of up to four edges', () => {
    for (const edges of edgeSets(4)) {
      const verdict = judge(rule, countsOf(edges));
      const expected = reference(rule, edges);
      if (verdict !== expected) expect({ edges, verdict }).toEqual({ edges, verdict: expected });
    }
  });

  it('comes to one answer in whatever order the edges end, unless it ran early', () => {
    for (const kinds of [
      ['plain', 'plain', 'plain'],
      ['plain', 'when', 'optional'],
      ['when', 'plain', 'data'],
    ] as Kind[][]) {
      for (const ends of futures(kinds.map((kind) => ({ kind, open: true as const })))) {
        const final = WHEN_ALL_ENDED[rule](present(ends.filter((_, i) => kinds[i] !== 'data')));
        for (const order of permutations([0, 1, 2]))
          expect(firstAnswer(rule, kinds, ends, order)).toBe(final);
      }
    }
  });
});

/** The first answer that a task gets when its edges end in this order. */
function firstAnswer(
  rule: TriggerRule,
  kinds: readonly Kind[],
  ends: readonly End[],
  order: readonly number[],
): Verdict {
  for (let ended = 0; ended <= order.length; ended++) {
    const done = new Set(order.slice(0, ended));
    const edges = kinds.map((kind, i): Edge => (done.has(i) ? { kind, end: ends[i] } : { kind, open: true }));
    const verdict = judge(rule, countsOf(edges));
    if (verdict !== 'wait') return verdict;
  }
  return 'wait';
}

function permutations(list: readonly number[]): number[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((one) =>
    permutations(list.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  );
}

describe('optional edges', () => {
  const all: EdgeCounts = { s: 0, f: 0, k: 0, open: 0, openWhen: 0, openOptional: 0, openData: 0 };

  it('leave nothing behind: all_* and none_* rules run, one_* and *_min_one_success are skipped', () => {
    for (const rule of TRIGGER_RULE_NAMES.filter(
      (name) => !RULES_WITHOUT_OPTIONAL.includes(name) && name !== 'always',
    )) {
      const needsOne = rule.startsWith('one_') || rule.endsWith('_min_one_success');
      expect([rule, judge(rule, all)]).toEqual([rule, needsOne ? 'skipped' : 'run']);
    }
  });

  it('hold the task back until they have ended', () => {
    expect(judge('all_success', { ...all, s: 1, openOptional: 1 })).toBe('wait');
    expect(judge('all_success', { ...all, f: 1, openOptional: 1 })).toBe('upstream_failed');
  });
});

it('has the twelve rules of the language', () => {
  expect([...TRIGGER_RULE_NAMES].sort()).toEqual(Object.keys(WHEN_ALL_ENDED).sort());
  expect(TRIGGER_RULE_NAMES).toHaveLength(12);
});
