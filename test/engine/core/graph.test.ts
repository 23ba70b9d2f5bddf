import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../engine/core/errors.ts';
import {
  compileGraph,
  findCycle,
  findCycles,
  type GraphEdge,
  levelsOf,
  taskGraph,
  topologicalOrder,
} from '../../../engine/core/graph.ts';

/** Edges written as 'a>b' pairs of numbers: `edges([0, 1], [1, 2])`. */
function edges(...pairs: [number, number][]): GraphEdge[] {
  return pairs.map(([from, to]) => ({ from, to }));
}

/** A plan's tasks with only their edges. */
function planOf(size: number, list: readonly GraphEdge[]) {
  return {
    tasks: Array.from({ length: size }, (_, task) => ({
      edges: list.filter((edge) => edge.to === task).map(({ from }) => ({ from })),
    })),
  };
}

/** A random graph without cycles: edges lead from lower to higher index, once each. */
const acyclic = fc.integer({ min: 1, max: 30 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    list: fc
      .uniqueArray(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 80, selector: String })
      .map((pairs) => pairs.filter(([a, b]) => a < b).map(([from, to]) => ({ from, to }))),
  }),
);

describe('the graph while it is checked', () => {
  it('orders every upstream before its downstream', () => {
    fc.assert(
      fc.property(acyclic, ({ size, list }) => {
        const order = topologicalOrder(taskGraph(size, list));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
        for (const { from, to } of list) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      }),
    );
  });

  it('finds no cycle where there is none', () => {
    fc.assert(
      fc.property(acyclic, ({ size, list }) => {
        expect(findCycle(taskGraph(size, list))).toBeUndefined();
      }),
    );
  });

  it('finds a cycle that an edge back closes, and every step of it is an edge', () => {
    fc.assert(
      fc.property(acyclic, fc.nat(), ({ size, list }, pick) => {
        const edge = list[pick % Math.max(list.length, 1)];
        if (!edge) return;
        const all = [...list, { from: edge.to, to: edge.from }];
        const cycle = findCycle(taskGraph(size, all)) ?? [];
        expect(cycle.length).toBeGreaterThan(1);
        for (const [i, from] of cycle.entries()) {
          const to = cycle[(i + 1) % cycle.length];
          expect(all.some((known) => known.from === from && known.to === to)).toBe(true);
        }
      }),
    );
  });

  it('shows the shortest cycle, from its first task', () => {
    const graph = taskGraph(5, edges([0, 1], [1, 2], [2, 3], [3, 1], [3, 4], [4, 1], [2, 1]));
    expect(findCycle(graph)).toEqual([1, 2]);
  });

  it('takes a self-edge as a cycle of one', () => {
    expect(findCycle(taskGraph(2, edges([1, 1])))).toEqual([1]);
  });

  it('shows one cycle for each knot', () => {
    expect(findCycles(taskGraph(6, edges([0, 1], [1, 0], [1, 2], [3, 4], [4, 5], [5, 3])))).toEqual([
      [0, 1],
      [3, 4, 5],
    ]);
  });

  it('follows a cycle of 50,000 tasks without a deep stack', () => {
    const size = 50_000;
    const ring = Array.from({ length: size }, (_, i) => ({ from: i, to: (i + 1) % size }));
    expect(findCycle(taskGraph(size, ring))).toHaveLength(size);
  });

  it('groups tasks by level', () => {
    expect(levelsOf(taskGraph(4, edges([0, 1], [1, 2], [0, 2], [2, 3])))).toEqual([[0], [1], [2], [3]]);
    expect(levelsOf(taskGraph(0, []))).toEqual([]);
  });
});

describe('the compiled arrays', () => {
  it('list each edge once at its upstream, with its place at the downstream', () => {
    fc.assert(
      fc.property(acyclic, ({ size, list }) => {
        const plan = planOf(size, list);
        const graph = compileGraph(plan);
        const found: GraphEdge[] = [];
        for (let from = 0; from < size; from++) {
          for (let i = graph.childStart[from] ?? 0; i < (graph.childStart[from + 1] ?? 0); i++) {
            const to = graph.childTask[i] ?? -1;
            expect(plan.tasks[to]?.edges[graph.childEdge[i] ?? -1]?.from).toBe(from);
            found.push({ from, to });
          }
        }
        const byText = (all: readonly GraphEdge[]) => all.map(({ from, to }) => `${from}>${to}`).sort();
        expect(byText(found)).toEqual(byText(list));
        expect([...graph.inDegree]).toEqual(plan.tasks.map((task) => task.edges.length));
      }),
    );
  });

  it('agree with the graph library about levels', () => {
    fc.assert(
      fc.property(acyclic, ({ size, list }) => {
        const { level } = compileGraph(planOf(size, list));
        const expected = levelsOf(taskGraph(size, list));
        for (const [depth, tasks] of expected.entries())
          for (const task of tasks) expect(level[task]).toBe(depth);
      }),
    );
  });

  it('refuse a cycle and an edge that leads nowhere', () => {
    expect(() => compileGraph(planOf(2, edges([0, 1], [1, 0])))).toThrow(SluiceError);
    expect(() => compileGraph(planOf(2, edges([7, 1])))).toThrow(/does not exist/);
  });

  it('hold a fan-out and join of a million tasks', () => {
    const size = 1_000_000;
    const one = [{ from: 0 }];
    const tasks: { edges: { from: number }[] }[] = [{ edges: [] }];
    for (let i = 1; i < size - 1; i++) tasks.push({ edges: one });
    tasks.push({ edges: Array.from({ length: size - 2 }, (_, i) => ({ from: i + 1 })) });
    const started = performance.now();
    const graph = compileGraph({ tasks });
    console.log(`compileGraph of 1M tasks: ${Math.round(performance.now() - started)} ms`);
    expect(graph.level[size - 1]).toBe(2);
    expect(graph.inDegree[size - 1]).toBe(size - 2);
    expect(graph.childStart[1]).toBe(size - 2);
  });
});
