import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../../cli/view/critical-path.ts';
import type { NodeView } from '../../../engine/runtime/client/run-view.ts';

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
    attempts:
      from === undefined || to === undefined
        ? []
        : [{ number: 1, started_at: iso(from), finished_at: iso(to), worker: 'w', error: null }],
    outputs: {},
    artifacts: {},
    needs,
    waiting: null,
    child: null,
    cost: null,
  };
}

function pathOf(...nodes: NodeView[]): (string | number)[][] {
  const steps = criticalPath({ nodes, started_at: new Date(START).toISOString() });
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
});
