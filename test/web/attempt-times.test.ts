/** What a node did when, told apart: queue, work, pause. */
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../web/api/model.ts';
import { spansOf, sumsOf } from '../../web/runs/attempt-times.ts';

const START = Date.parse('2026-03-01T06:00:00Z');
const iso = (ms: number) => new Date(START + ms).toISOString();

function attempt(
  number: number,
  [queued, started, finished]: readonly [number, number, number?],
  of: Partial<Attempt> = {},
): Attempt {
  return {
    number,
    generation: 1,
    queued_at: iso(queued),
    started_at: iso(started),
    finished_at: finished === undefined ? null : iso(finished),
    worker: 'w',
    error: null,
    ...of,
  };
}

const error = { code: 'exit_code', message: 'It ended with exit code 1.' } as const;

function told(node: Parameters<typeof spansOf>[0], now: number): string[] {
  return spansOf(node, START + now).map(
    ({ kind, attempt: number, from, to, state }) =>
      `${kind} ${number} ${from - START}-${to - START} ${state}`,
  );
}

describe('the spans of a node', () => {
  const failed = attempt(1, [0, 10, 100], { error });

  it('are queue and work of each attempt, and the pause before a retry', () => {
    const node = { status: 'succeeded', attempts: [failed, attempt(2, [2_100, 2_130, 2_200])] } as const;
    expect(told(node, 9_000)).toEqual([
      'queue 1 0-10 queued',
      'work 1 10-100 failed',
      'pause 2 100-2100 retrying',
      'queue 2 2100-2130 queued',
      'work 2 2130-2200 succeeded',
    ]);
    expect(sumsOf(node, START + 9_000)).toEqual({ workMs: 160, betweenMs: 2_030 });
  });

  it('go on to the present while it works or pauses', () => {
    expect(told({ status: 'retrying', attempts: [failed] }, 600).at(-1)).toBe('pause 2 100-600 retrying');
    const works = { status: 'running', attempts: [failed, attempt(2, [200, 200])] } as const;
    expect(told(works, 600).at(-1)).toBe('work 2 200-600 running');
    expect(sumsOf(works, START + 600)).toEqual({ workMs: 490, betweenMs: 100 });
  });

  it('have no pause between two lives, and sums are of the last', () => {
    const again = attempt(2, [5_000, 5_000, 5_040], { generation: 2 });
    const node = { status: 'succeeded', attempts: [failed, again] } as const;
    expect(told(node, 9_000).filter((span) => span.startsWith('pause'))).toEqual([]);
    expect(sumsOf(node, START + 9_000)).toEqual({ workMs: 40, betweenMs: 0 });
  });
});
