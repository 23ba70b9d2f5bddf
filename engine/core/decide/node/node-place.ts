/** A node with its place: the run, its record, its task. What the steps of a node are told. */
import type { AttemptName } from '../../message.ts';
import type { NodeRecord } from '../../node-record.ts';
import type { PlanTask } from '../../plan.ts';
import type { RunState } from '../../run-state.ts';

export interface NodePlace {
  readonly run: RunState;
  readonly index: number;
  readonly record: NodeRecord;
  readonly task: PlanTask;
  /** While its outcome is taken: what its worker said that the attempt cost. */
  readonly reported?: number;
}

export function placeOf(run: RunState, index: number): NodePlace | undefined {
  const record = run.nodes[index];
  const task = record && run.plan.tasks[record.task];
  return record && task && { run, index, record, task };
}

export function attemptName({ run, index, record }: NodePlace): AttemptName {
  return { run: run.header.id, node: index, generation: record.generation, attempt: record.attempt };
}

/** Whether the place is a fan-out as a whole, which does no work itself. */
export function isFanTask({ run, index }: NodePlace): boolean {
  return run.tasks[index]?.fan !== undefined;
}

/** Whether the place is one node of a fan-out, rather than a task. */
export function isFanNode({ run, index }: NodePlace): boolean {
  return index >= run.plan.tasks.length;
}

/** Name of the node for people: `resize`, or `resize[3]`. */
export function nodeName(place: NodePlace): string {
  return isFanNode(place) ? `${place.task.id}[${place.record.item}]` : place.task.id;
}

/** The node of this name, if the run has it (by now). */
export function findNode(run: RunState, name: string): NodePlace | undefined {
  const [, id = name, item] = /^(.+)\[(\d+)\]$/.exec(name) ?? [];
  const task = run.plan.tasks.findIndex((one) => one.id === id);
  if (item === undefined) return placeOf(run, task);
  const index = run.tasks[task]?.fan?.nodes[Number(item)];
  return index === undefined ? undefined : placeOf(run, index);
}
