/** How a run stands, as far as a reset or a rerun asks: the same for its owner and for a client that only looks. */

import type { NodeRecord } from '../node-record.ts';
import { isEnded } from '../node-state.ts';
import type { Plan } from '../plan.ts';
import type { RunHeader } from '../run-header.ts';

export interface Standing {
  readonly header: Pick<RunHeader, 'id' | 'status' | 'part' | 'reuse' | 'pins'>;
  readonly plan: Plan;
  /** All records: tasks, then nodes of fan-outs of all generations. */
  readonly nodes: readonly NodeRecord[];
}

/** A node that a person names: `resize`, or `resize[3]`. */
export interface NamedNode {
  readonly index: number;
  readonly task: number;
  readonly name: string;
  readonly isItem: boolean;
}

/** Record indexes of a fan-out's nodes of the task's newest generation. */
export function nodesOf({ plan, nodes }: Standing, task: number): number[] {
  const generation = nodes[task]?.generation ?? 1;
  const found: number[] = [];
  for (let i = plan.tasks.length; i < nodes.length; i++) {
    const record = nodes[i];
    if (record?.task === task && record.generation >= generation) found.push(i);
  }
  return found;
}

/** Undefined: the run has no such node. */
export function findNode(run: Standing, name: string): NamedNode | undefined {
  const [, id = name, item] = /^(.+)\[(\d+)\]$/.exec(name) ?? [];
  const task = run.plan.tasks.findIndex((one) => one.id === id);
  if (task < 0) return undefined;
  if (item === undefined) return { index: task, task, name, isItem: false };
  const index = nodesOf(run, task).find((one) => run.nodes[one]?.item === Number(item));
  return index === undefined ? undefined : { index, task, name, isItem: true };
}

/** Begun and not ended. */
export function isAtWork({ nodes }: Standing, index: number): boolean {
  const state = nodes[index]?.state;
  return state !== undefined && state !== 'pending' && !isEnded(state);
}

export function nameOf({ plan }: Pick<Standing, 'plan'>, task: number): string {
  return plan.tasks[task]?.id ?? `#${task}`;
}

/** Downstream tasks of each task, by one edge. */
export function childrenOf({ tasks }: Plan): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const [index, { edges }] of tasks.entries()) {
    for (const { from } of edges) children.set(from, [...(children.get(from) ?? []), index]);
  }
  return children;
}
