/** Functions over lists and objects. */
import type { Json } from '../../json.ts';
import { deeplyEqual } from '../compare.ts';
import { memberNames, memberValues, toJson } from '../members.ts';
import { isLookup, type ScopeValue } from '../scope.ts';
import { kindOf } from '../value.ts';
import type { Call } from './call.ts';
import type { FunctionRow } from './function.ts';
import { characters } from './text.ts';

export const LIST_FUNCTIONS = {
  length: [1, 1, 'length(x): how many characters, items or members', length],
  slice: [
    2,
    3,
    'slice(x, start, end): part of a list or text; negative counts from the end, `end` is excluded',
    slice,
  ],
  keys: [1, 1, "keys(object): the list of its members' names", (c) => names(c)],
  values: [1, 1, "values(object): the list of its members' values", values],
  flatten: [1, 1, 'flatten(list): lists within the list become its items, one level deep', flatten],
  range: [
    1,
    3,
    'range(start, end, step): numbers from `start` up to, without, `end`; range(n) starts at 0',
    range,
  ],
  equals: [
    2,
    2,
    'equals(a, b): exactly the same, contents and case',
    (c) => deeplyEqual(c.value(0), c.value(1), c.run),
  ],
} satisfies Record<string, FunctionRow>;

function length(call: Call): number {
  const value = call.value(0);
  if (typeof value === 'string') return characters(call, value).length;
  if (Array.isArray(value)) return value.length;
  if (kindOf(value) === 'object') return memberNames(value).length;
  throw call.wrongKind(0, 'text, a list or an object', value);
}

function slice(call: Call): ScopeValue {
  const value = call.value(0);
  const [start, end] = [call.integer(1), call.count > 2 ? call.integer(2) : undefined];
  if (typeof value === 'string') return characters(call, value).slice(start, end).join('');
  if (!Array.isArray(value)) throw call.wrongKind(0, 'a list or text', value);
  call.run.charge(value.length);
  return value.slice(start, end);
}

function objectArgument(call: Call): ScopeValue {
  const value = call.value(0);
  if (kindOf(value) !== 'object') throw call.wrongKind(0, 'an object', value);
  return value;
}

function names(call: Call): string[] {
  const found = memberNames(objectArgument(call));
  call.run.checkListLength(found.length);
  call.run.charge(found.length);
  return found;
}

function values(call: Call): ScopeValue {
  const object = objectArgument(call);
  const found = memberValues(object, call.run);
  call.run.checkListLength(found.length);
  call.run.charge(found.length);
  return found.map((value) => (isLookup(value) ? toJson(value, call.run) : (value as Json)));
}

function flatten(call: Call): ScopeValue {
  const list = call.list(0);
  const length = list.reduce<number>((sum, item) => sum + (Array.isArray(item) ? item.length : 1), 0);
  call.run.checkListLength(length);
  call.run.charge(length);
  return list.flat() as Json[];
}

function range(call: Call): ScopeValue {
  const [start, end] = call.count === 1 ? [0, call.number(0)] : [call.number(0), call.number(1)];
  const step = call.count > 2 ? call.number(2) : 1;
  if (step === 0) throw call.error('the step is 0');
  // The tolerance keeps range(0, 1.1, 0.1) from having an item more, by the error of the division.
  const length = Math.max(0, Math.ceil((end - start) / step - 1e-9));
  call.run.checkListLength(length);
  call.run.charge(length);
  return Array.from({ length }, (_, i) => rounded(call.result(start + i * step)));
}

/** 0.3 instead of 0.30000000000000004. */
function rounded(number: number): number {
  return Number.isInteger(number) ? number : Number(number.toPrecision(15));
}
