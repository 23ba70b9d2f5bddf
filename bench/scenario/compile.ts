import { compileWorkflows } from '../../dsl/index.ts';
import { compileGraph } from '../../engine/core/graph.ts';
import { builtinExecutors } from '../../executors/index.ts';
import { type Scenario, scaled } from './scenario.ts';

const TASKS = 10_000;
const NODES = 1_000_000;
/** Dependencies of a task. */
const NEEDS = 3;

/** No part of Redis: the compiler alone, in the process that measures. */
export const compile: Scenario = {
  name: 'compile',
  title: 'compile and check a YAML of 10,000 tasks, 30,000 edges',
  unit: 'ms',
  contenders: ['sluice'],
  async measure(_contender, scale) {
    const tasks = scaled(TASKS, scale);
    const text = manyTasks(tasks);
    const before = performance.now();
    const { plans, diagnostics } = compileWorkflows(
      { path: 'many.yaml', text },
      { executors: builtinExecutors() },
    );
    const ms = performance.now() - before;
    const [plan] = plans;
    const found = plan?.tasks.reduce((sum, { edges }) => sum + edges.length, 0);
    if (plan?.tasks.length !== tasks || found !== edgesOf(tasks) || diagnostics.length > 0)
      throw new Error(`${plan?.tasks.length} of ${tasks} tasks, ${found} edges: ${diagnostics[0]?.message}`);
    return ms;
  },
  targets: [{ atMost: 2_000 }],
};

export const planArrays: Scenario = {
  name: 'plan-arrays',
  title: 'arrays of a plan of 1,000,000 nodes, 3,000,000 edges',
  unit: 'ms',
  contenders: ['sluice'],
  async measure(_contender, scale) {
    const size = scaled(NODES, scale);
    const tasks = Array.from({ length: size }, (_, task) => ({
      edges: needsOf(task).map((from) => ({ from })),
    }));
    const before = performance.now();
    const { childTask, level } = compileGraph({ tasks });
    const ms = performance.now() - before;
    if (childTask.length !== edgesOf(size) || level.length !== size)
      throw new Error(`The arrays have ${childTask.length} edges of ${level.length} nodes.`);
    return ms;
  },
  targets: [{ atMost: 1_000 }],
};

/** Tasks at several distances before it, so that the graph is wide as well as deep. */
function needsOf(task: number): number[] {
  const before = [task - 1, task - 7, task - 100].slice(0, NEEDS);
  return task % 100 === 0 ? [] : before.filter((from) => from >= 0);
}

function edgesOf(size: number): number {
  let edges = 0;
  for (let task = 0; task < size; task += 1) edges += needsOf(task).length;
  return edges;
}

function manyTasks(count: number): string {
  const tasks = Array.from({ length: count }, (_, task) => {
    const needs = needsOf(task).map((from) => `t${from}`);
    // A file may have a million bytes.
    return `  t${task}:\n    run: echo $C\n    env: { C: "\${{ inputs.city }}" }\n    needs: [${needs.join(', ')}]`;
  });
  return `name: many\ninputs:\n  city: { type: string, default: Bern }\ntasks:\n${tasks.join('\n')}\n`;
}
