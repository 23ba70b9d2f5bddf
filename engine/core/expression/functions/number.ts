/** Arithmetic. Text that is a number counts as one. What is not a finite number is an error. */
import type { Call } from './call.ts';
import { type FunctionRow, MANY } from './function.ts';

export const NUMBER_FUNCTIONS = {
  add: [2, 2, 'add(a, b): a + b', (c) => c.result(c.number(0) + c.number(1))],
  sub: [2, 2, 'sub(a, b): a − b', (c) => c.result(c.number(0) - c.number(1))],
  mul: [2, 2, 'mul(a, b): a × b', (c) => c.result(c.number(0) * c.number(1))],
  div: [2, 2, 'div(a, b): a ÷ b', (c) => c.result(c.number(0) / divisor(c))],
  mod: [
    2,
    2,
    'mod(a, b): what remains of a ÷ b, with the sign of a',
    (c) => c.result(c.number(0) % divisor(c)),
  ],
  round: [
    1,
    2,
    'round(x, digits): x to that many decimal places, by default none; halves away from zero',
    round,
  ],
  sum: [1, MANY, 'sum(list) or sum(a, b, …): nulls in a list are left out; of none it is 0', sum],
  min: [
    1,
    MANY,
    'min(list) or min(a, b, …): the smallest number; nulls in a list are left out',
    (c) => extreme(c, Math.min),
  ],
  max: [
    1,
    MANY,
    'max(list) or max(a, b, …): the greatest number; nulls in a list are left out',
    (c) => extreme(c, Math.max),
  ],
} satisfies Record<string, FunctionRow>;

function divisor(call: Call): number {
  const number = call.number(1);
  if (number === 0) throw call.error('division by zero');
  return number;
}

/** A fan-out's outputs are null where a node had none; those do not count. A null given by itself is a mistake. */
function numbers(call: Call): number[] {
  const only = call.count === 1 ? call.value(0) : undefined;
  if (only !== undefined && !Array.isArray(only)) return [call.asNumber(only, 'argument 1')];
  if (only === undefined) return Array.from({ length: call.count }, (_, i) => call.number(i));
  call.run.charge(only.length);
  const found: number[] = [];
  for (const [i, item] of only.entries())
    if (item !== null) found.push(call.asNumber(item, `item ${i} of the list`));
  return found;
}

function sum(call: Call): number {
  return call.result(numbers(call).reduce((total, number) => total + number, 0));
}

function extreme(call: Call, choose: (a: number, b: number) => number): number {
  const all = numbers(call);
  if (all.length === 0) throw call.error('the list has no numbers');
  return all.reduce((best, number) => choose(best, number));
}

function round(call: Call): number {
  const number = call.number(0);
  const digits = call.count > 1 ? call.integer(1) : 0;
  if (digits < 0 || digits > 15) throw call.error('argument 2, the number of digits, must be 0 to 15');
  const rounded = shift(Math.round(shift(Math.abs(number), digits)), -digits);
  return call.result(number < 0 ? -rounded : rounded);
}

/** Moves the decimal point in the written number, which, other than a multiplication, makes 1.005 exactly 100.5. */
function shift(number: number, digits: number): number {
  const [mantissa, exponent = '0'] = String(number).split('e');
  return Number(`${mantissa}e${Number(exponent) + digits}`);
}
