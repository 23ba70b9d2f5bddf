import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../../../engine/runtime/client/critical-path.ts';
import type { NodeView } from '../../../../engine/runtime/client/run-view.ts';

const START = Date.parse('2026-03-01T06:00:00Z');

/** A node that worked from `from` to `to`, ms after the run's start; without times it was skipped. */
function aNode(id: string, needs: string[], from?: number, to?: number): NodeView {
  const [, task = id, index] = /^(.*)\[(\d+)\]$/.exec(id) ?? [];
  const iso = (at: number) => new Date(START + at).toISOString();
  return {
    id,
    task,
    index: index === undefined ? null : Number(index),
    status: from === undefined ? 'skipped' : 'succeeded',
    phase: 'main',
    generation: 1,
    attempts:
      from === undefined || to === undefined
        ? []
        : [
            {
              number: 1,
              generation: 1,
              queued_at: iso(from),
              started_at: iso(from),
              finished_at: iso(to),
              worker: 'w',
              error: null,
            },
          ],
    outputs: {},
    artifacts: {},
    needs,
    waiting: null,
    child: null,
    cost: null,
  };
}

function pathOf(...nodes: NodeView[]): (string | number)[][] {
  const steps = criticalPath({ nodes, started_at: new Date(START).toISOString(), retried_at: null });
  return steps.map(({ node, waitedMs, tookMs }) => [node, waitedMs, tookMs]);
}

describe('criticalPath', () => {
  it('follows at each join what ended last, with waits and durations', () => {
    const path = pathOf(
      aNode('a', [], 10, 100),
      aNode('b', ['a'], 100, 300),
      aNode('c', ['a'], 100, 200),
      aNode('d', ['b', 'c'], 350, 400),
    );
    expect(path).toEqual([
      ['a', 10, 90],
      ['b', 0, 200],
      ['d', 50, 50],
    ]);
  });

  it('names of a fan-out the node that ended last', () => {
    const path = pathOf(
      aNode('a', [], 0, 10),
      aNode('each', ['a']),
      aNode('each[0]', ['a'], 10, 50),
      aNode('each[1]', ['a'], 20, 90),
      aNode('end', ['each'], 90, 95),
    );
    expect(path.map(([node]) => node)).toEqual(['a', 'each[1]', 'end']);
    expect(path[1]).toEqual(['each[1]', 0, 80]);
  });

  it('passes through tasks that were not worked on', () => {
    const path = pathOf(aNode('a', [], 0, 10), aNode('skipped', ['a']), aNode('end', ['skipped'], 10, 30));
    expect(path.map(([node]) => node)).toEqual(['a', 'end']);
  });

  it('does not wait for what ended only later, as rules like one_success allow', () => {
    const path = pathOf(
      aNode('fast', [], 0, 10),
      aNode('slow', [], 0, 90),
      aNode('early', ['fast', 'slow'], 10, 100),
    );
    expect(path.map(([node]) => node)).toEqual(['fast', 'early']);
  });

  it('is empty when nothing was worked on', () => {
    expect(pathOf(aNode('a', []))).toEqual([]);
  });

  it('goes through the parts of a run: a handler waits for all that was before', () => {
    const path = pathOf(
      aNode('a', [], 0, 100),
      aNode('b', ['a'], 100, 300),
      { ...aNode('undo', [], 310, 350), phase: 'compensate' },
      { ...aNode('mail', [], 360, 400), phase: 'on_failure' },
    );
    expect(path).toEqual([
      ['a', 0, 100],
      ['b', 0, 200],
      ['undo', 10, 40],
      ['mail', 10, 40],
    ]);
  });

  it('counts only the newest life of a node, and no time in which the run had ended', () => {
    const at = (ms: number) => new Date(START + ms).toISOString();
    const before = {
      number: 1,
      queued_at: at(100),
      started_at: at(100),
      finished_at: at(200),
      worker: 'w',
      error: null,
    };
    const again = { ...before, number: 2, started_at: at(60_010), finished_at: at(60_050) };
    const b: NodeView = {
      ...aNode('b', ['a'], 100, 200),
      generation: 2,
      attempts: [
        { ...before, generation: 1 },
        { ...again, generation: 2 },
      ],
    };
    const steps = criticalPath({
      nodes: [aNode('a', [], 0, 100), b],
      started_at: at(0),
      retried_at: at(60_000),
    });
    expect(steps).toEqual([
      { node: 'a', waitedMs: 0, tookMs: 100 },
      { node: 'b', waitedMs: 10, tookMs: 40 },
    ]);
  });
});
