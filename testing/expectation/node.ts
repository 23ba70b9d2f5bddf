/** One node, or one task, against what is expected of it. */
import type { Path } from '../../dsl/position.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import { standsAs } from '../../engine/core/node-state.ts';
import type { NodeView, RunView } from '../../engine/runtime/client/run-view.ts';
import type { Played } from '../play.ts';
import type { StubCall } from '../stub.ts';
import { parseNodeName } from '../test-file/node-name.ts';
import type { NodeExpectation } from '../test-file/schema.ts';
import { firstDifference } from './difference.ts';
import { checkError } from './error.ts';
import { checkSpan } from './span.ts';
import type { Unmet } from './unmet.ts';
import { whyNode } from './why.ts';

export interface NodePlace {
  readonly path: Path;
  readonly name: string;
  /** The path is that of the one value itself: `attempts: { pay: 3 }`. */
  readonly isValue?: true;
}

export function checkNode(expected: NodeExpectation, played: Played, place: NodePlace): Unmet[] {
  const wanted = typeof expected === 'string' ? { status: expected } : expected;
  const { path, name, isValue } = place;
  const own = (key: string) => (typeof expected === 'string' || isValue ? path : [...path, key]);
  const node = findNode(played.run, name);
  if (node === undefined) return [{ path, message: `${name}: there is no such node`, actual: null }];
  const last = node.attempts.at(-1);
  const call = lastCall(played, node);
  return [
    ...checkStatus(wanted.status, { run: played.run, node }, own('status')),
    ...checkAttempts(wanted.attempts, attemptsOf(played.run, node), { path: own('attempts'), name }),
    ...checkError(wanted.error, last?.error ?? null, { path: own('error'), name }),
    ...checkValues(wanted.outputs, outputsOf(played.run, node), {
      path: own('outputs'),
      name: `${name}: output `,
    }),
    ...checkValues(wanted.env, call?.env ?? {}, { path: own('env'), name: `${name}: env ` }),
    ...checkValues(wanted.with, call?.with ?? {}, { path: own('with'), name: `${name}: option ` }),
    ...checkSpan(wanted.duration, spanOf(node), { path: own('duration'), name }),
  ];
}

export function findNode(run: RunView, name: string): NodeView | undefined {
  return (
    run.nodes.find(({ id }) => id === name) ?? run.nodes.find(({ id }) => id === parseNodeName(name).task)
  );
}

function checkStatus(
  expected: string | undefined,
  { run, node }: { readonly run: RunView; readonly node: NodeView },
  path: Path,
): Unmet[] {
  if (expected === undefined || node.status === expected) return [];
  const why = whyNode(run, node);
  const message = `${node.id}: expected ${expected}, but it ${standsAs(node.status)}`;
  return [{ path, message, expected, actual: node.status, ...(why === undefined ? {} : { why }) }];
}

function checkAttempts(
  expected: number | undefined,
  actual: number,
  { path, name }: Omit<NodePlace, 'isValue'>,
): Unmet[] {
  if (expected === undefined || expected === actual) return [];
  return [
    { path, message: `${name}: expected ${count(expected)}, but there were ${actual}`, expected, actual },
  ];
}

function checkValues(
  expected: JsonObject | undefined,
  actual: { readonly [name: string]: Json },
  { path, name }: Omit<NodePlace, 'isValue'>,
): Unmet[] {
  return Object.entries(expected ?? {}).flatMap(([key, value]) => {
    const found = Object.hasOwn(actual, key) ? actual[key] : undefined;
    const difference = firstDifference(value, found, `${name}${key}`);
    const known = Object.keys(actual).join(', ') || 'none at all';
    const message =
      found === undefined && difference !== undefined ? `${difference}; it has ${known}` : difference;
    return message === undefined
      ? []
      : [{ path: [...path, key], message, expected: value, actual: found ?? null }];
  });
}

function count(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

/** Nodes of a fan-out; none for a node by itself. */
function nodesOf(run: RunView, node: NodeView): readonly NodeView[] {
  return node.index === null
    ? run.nodes.filter(({ task, index }) => task === node.task && index !== null)
    : [];
}

/** Of a fan-out's task: of all its nodes together. */
export function attemptsOf(run: RunView, node: NodeView): number {
  const inner = nodesOf(run, node);
  return inner.length === 0 ? node.attempts.length : inner.reduce((sum, one) => sum + one.attempts.length, 0);
}

/** Of a fan-out's task: lists in the order of the items, as its downstream sees them. */
function outputsOf(run: RunView, node: NodeView): { readonly [name: string]: Json } {
  const inner = nodesOf(run, node);
  if (inner.length === 0) return node.outputs;
  const names = new Set(inner.flatMap(({ outputs }) => Object.keys(outputs)));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      inner.map(({ outputs }) => (Object.hasOwn(outputs, name) ? (outputs[name] ?? null) : null)),
    ]),
  );
}

function lastCall({ calls, run }: Played, node: NodeView): StubCall | undefined {
  return calls.findLast(
    ({ workflow, task, index }) =>
      workflow === run.workflow && task === node.task && (node.index === null || index === node.index),
  );
}

function spanOf(node: NodeView): number | undefined {
  const last = node.attempts.at(-1);
  if (!last?.started_at || !last.finished_at) return undefined;
  return Date.parse(last.finished_at) - Date.parse(last.started_at);
}
