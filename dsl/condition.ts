/** What an `if` decides: whether the whole task runs, or each node of a fan-out by itself. */
import { bareExpression, ExpressionSyntaxError, parseExpression } from '../engine/core/expression/index.ts';
import type { TaskEntry } from './workflow-context.ts';

/** Contexts that differ from node to node. */
export const PER_NODE: ReadonlySet<string> = new Set(['item', 'index', 'matrix', 'broadcast']);

/** Whether the expression, without braces, is asked for each node. @throws ExpressionSyntaxError */
export function isAskedPerNode(expression: string): boolean {
  return parseExpression(expression).references.some(({ path }) => PER_NODE.has(path[0] ?? ''));
}

/** Whether the `if` of the task may skip it as a whole. One that cannot be parsed is reported elsewhere. */
export function isConditional({ source }: TaskEntry): boolean {
  if (source.if === undefined || source.if === true) return false;
  try {
    return !isAskedPerNode(bareExpression(String(source.if)));
  } catch (thrown) {
    if (thrown instanceof ExpressionSyntaxError) return true;
    throw thrown;
  }
}
