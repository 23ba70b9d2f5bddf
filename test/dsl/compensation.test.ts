/** Random graphs: a compensation waits, directly or through others, for exactly those of tasks downstream of its own. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planOf } from './diagnose.ts';

const graphs = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    undone: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
    edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 24 }),
  }),
);

/** Everything that can be reached from each task by the edges that lead to it. */
function upstreamOf(edges: readonly (readonly number[])[]): Set<number>[] {
  const all = edges.map(() => new Set<number>());
  const visit = (of: number, at: number): void => {
    for (const from of edges[at] ?? []) {
      if (all[of]?.has(from)) continue;
      all[of]?.add(from);
      visit(of, from);
    }
  };
  for (const task of edges.keys()) visit(task, task);
  return all;
}

it('undoes in the opposite order of the work', () => {
  fc.assert(
    fc.property(graphs, ({ undone, edges }) => {
      const forward = edges
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
        .filter(([a, b]) => a !== b);
      const text = `tasks:\n${undone
        .map((isUndone, i) => {
          const needs = [...new Set(forward.filter(([, to]) => to === i).map(([from]) => `t${from}`))];
          return `  t${i}: { run: x, needs: [${needs.join(', ')}]${isUndone ? ', compensate: { run: y }' : ''} }\n`;
        })
        .join('')}`;
      const { tasks } = planOf(text);
      const upstream = upstreamOf(tasks.map((task) => task.edges.map(({ from }) => from)));
      const undoing = tasks.flatMap(({ fanOut }, index) =>
        fanOut?.kind === 'compensation' ? [{ index, of: fanOut.of }] : [],
      );
      for (const one of undoing) {
        const waitsFor = undoing.filter(({ index }) => upstream[one.index]?.has(index)).map(({ of }) => of);
        const downstream = undoing.filter(({ of }) => upstream[of]?.has(one.of)).map(({ of }) => of);
        expect(waitsFor, text).toEqual(downstream);
      }
    }),
    { numRuns: 200 },
  );
});
