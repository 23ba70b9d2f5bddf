/**
 * Comparing. `==` and order follow GitHub: texts without regard to case, kinds taken for numbers where they differ.
 * One difference: two lists or objects are equal when their contents are, since whether two reads give the same object
 * is an accident of caching.
 */
import { isJsonObject, type Json } from '../json.ts';
import type { Comparison } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import { toJson } from './members.ts';
import type { ScopeValue } from './scope.ts';
import { kindOf, toNumber } from './value.ts';

type Compare = (left: ScopeValue, right: ScopeValue, run: Evaluation) => boolean;

export const COMPARE = {
  '==': looselyEqual,
  '!=': (left, right, run) => !looselyEqual(left, right, run),
  '<': (left, right, run) => order(left, right, run) < 0,
  '<=': (left, right, run) => order(left, right, run) < 0 || looselyEqual(left, right, run),
  '>': (left, right, run) => order(left, right, run) > 0,
  '>=': (left, right, run) => order(left, right, run) > 0 || looselyEqual(left, right, run),
} satisfies Record<Comparison, Compare>;

/** GitHub's `==`. */
export function looselyEqual(left: ScopeValue, right: ScopeValue, run: Evaluation): boolean {
  const kind = kindOf(left);
  run.chargeText(textLength(left) + textLength(right));
  if (kind !== kindOf(right)) return toNumber(left) === toNumber(right);
  if (kind === 'list' || kind === 'object') return deeplyEqual(left, right, run);
  if (typeof left !== 'string' || typeof right !== 'string') return left === right;
  return left === right || foldCase(left) === foldCase(right);
}

function textLength(value: ScopeValue): number {
  return typeof value === 'string' ? value.length : 0;
}

/** Negative, positive, or NaN for what has no order (lists, objects, text that is no number beside a number). */
function order(left: ScopeValue, right: ScopeValue, run: Evaluation): number {
  run.chargeText(textLength(left) + textLength(right));
  if (typeof left !== 'string' || typeof right !== 'string') return toNumber(left) - toNumber(right);
  const [a, b] = [foldCase(left), foldCase(right)];
  return a < b ? -1 : Number(a > b);
}

/** Upper case, but for the dotless ı, which must not become I. */
export function foldCase(text: string): string {
  if (!text.includes('ı')) return text.toUpperCase();
  return text
    .split('ı')
    .map((part) => part.toUpperCase())
    .join('ı');
}

/** Exactly the same JSON: kind, case and contents; the order of an object's members does not matter. */
export function deeplyEqual(left: ScopeValue, right: ScopeValue, run: Evaluation): boolean {
  return sameJson(toJson(left, run), toJson(right, run), { run, depth: 0 });
}

interface Walk {
  readonly run: Evaluation;
  readonly depth: number;
}

function sameJson(left: Json, right: Json, walk: Walk): boolean {
  walk.run.charge(1);
  if (left === right) return true;
  walk.run.checkDataDepth(walk.depth);
  const inner = { run: walk.run, depth: walk.depth + 1 };
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item: Json, i) => sameJson(item, right[i] as Json, inner));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  return sameMembers(left, right, inner);
}

type JsonMembers = { readonly [key: string]: Json };

function sameMembers(left: JsonMembers, right: JsonMembers, walk: Walk): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every(
    (name) => Object.hasOwn(right, name) && sameJson(left[name] as Json, right[name] as Json, walk),
  );
}
