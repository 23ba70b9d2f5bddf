/** Functions that choose between values; what is not chosen is not evaluated. */
import type { ScopeValue } from '../scope.ts';
import type { Call } from './call.ts';
import { type FunctionRow, MANY } from './function.ts';

export const CHOICE_FUNCTIONS = {
  default: [
    2,
    2,
    'default(x, fallback): x, or the fallback when x is absent or null',
    (c) => c.valueIfPresent(0) ?? c.value(1),
  ],
  case: [
    3,
    MANY,
    'case(condition, value, …, otherwise): the value of the first condition that is true',
    runCase,
  ],
} satisfies Record<string, FunctionRow>;

function runCase(call: Call): ScopeValue {
  for (let i = 0; i + 1 < call.count; i += 2) {
    const condition = call.value(i);
    if (typeof condition !== 'boolean') throw call.wrongKind(i, 'a boolean', condition);
    if (condition) return call.value(i + 1);
  }
  return call.value(call.count - 1);
}
