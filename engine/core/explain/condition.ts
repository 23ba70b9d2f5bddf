/** A task's `if` in words, evaluated as the engine does. */

import type { NodePlace } from '../decide/node/node-place.ts';
import { isFanNode } from '../decide/node/node-place.ts';
import { evaluate, isTruthy, parseExpression } from '../expression/index.ts';
import { nodeScope, preparing } from '../prepare.ts';
import { runScope } from '../scope.ts';
import { type Reason, reason } from './explanation.ts';

export interface Condition {
  readonly says: boolean | undefined;
  readonly reason: Reason;
}

/** Undefined when the place has no `if` of its own: a fan-out's is asked for the task, or for each node. */
export function conditionOf(place: NodePlace, now: number): Condition | undefined {
  const { run, record, task } = place;
  const source = task.if;
  if (source === undefined || (task.ifPerNode === true) !== isFanNode(place)) return undefined;
  const scope = task.ifPerNode ? () => nodeScope(run, record, task) : () => runScope(run, now);
  const answer = preparing(() => isTruthy(evaluate(parseExpression(source), scope())));
  if ('error' in answer)
    return {
      says: undefined,
      reason: reason('condition', `Its \`if: ${source}\` cannot be evaluated: ${answer.error.message}`),
    };
  return {
    says: answer.value,
    reason: reason('condition', `Its \`if: ${source}\` is ${answer.value}.`, { says: answer.value }),
  };
}
