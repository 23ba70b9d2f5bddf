/**
 * Reading members: own ones only, never a prototype's, so `constructor` and `__proto__` are names like any other.
 * A name is looked for as it is written, then, as in GitHub, without regard to case if that finds exactly one.
 */
import { isJsonObject, type Json } from '../json.ts';
import type { Evaluation } from './evaluation.ts';
import { saysAbsent } from './evaluation-error.ts';
import { isLookup, type Lookup, type ScopeValue } from './scope.ts';
import { finite } from './value.ts';

/** The member of a value, or undefined when there is none. */
export function readMember(value: ScopeValue, key: string | number, run: Evaluation): ScopeValue | undefined {
  if (Array.isArray(value)) return readItem(value, key);
  if (isLookup(value)) return readLookup(value, String(key), run);
  return isJsonObject(value) ? readProperty(value, String(key), run) : undefined;
}

function readItem(list: readonly Json[], key: string | number): Json | undefined {
  const index = typeof key === 'number' ? Math.floor(key) : /^\d{1,10}$/.test(key) ? Number(key) : -1;
  return index >= 0 ? list[index] : undefined;
}

function readLookup(lookup: Lookup, key: string, run: Evaluation): ScopeValue | undefined {
  const exact = lookup.get(key);
  if (exact !== undefined) return exact;
  const name = findIgnoringCase(lookup.keys(), key, run);
  return name === undefined ? undefined : lookup.get(name);
}

function readProperty(
  object: { readonly [key: string]: Json },
  key: string,
  run: Evaluation,
): Json | undefined {
  if (Object.hasOwn(object, key)) return object[key];
  const name = findIgnoringCase(Object.keys(object), key, run);
  return name === undefined ? undefined : object[name];
}

/** The only name that differs from `key` by nothing but case. With two such names neither is meant. */
function findIgnoringCase(names: Iterable<string>, key: string, run: Evaluation): string | undefined {
  const folded = key.toLowerCase();
  let found: string | undefined;
  for (const name of names) {
    run.charge(1);
    if (name === key || name.length !== key.length || name.toLowerCase() !== folded) continue;
    if (found !== undefined) return undefined;
    found = name;
  }
  return found;
}

/** Names of an object's members, in order; none for other kinds. */
export function memberNames(value: ScopeValue): string[] {
  if (isLookup(value)) return [...value.keys()];
  return isJsonObject(value) ? Object.keys(value) : [];
}

/** Items of a list or members of an object, in order; none for other kinds. Absent members of a Lookup are left out. */
export function memberValues(value: ScopeValue, run: Evaluation): readonly ScopeValue[] {
  if (Array.isArray(value)) return value;
  if (!isLookup(value)) return isJsonObject(value) ? Object.values(value) : [];
  const found: ScopeValue[] = [];
  for (const key of value.keys()) {
    run.charge(1);
    const member = readIfPresent(value, key, run);
    if (member !== undefined) found.push(member);
  }
  return found;
}

/** As `readMember`, also undefined where the Lookup explains by an error why the value is absent. */
export function readIfPresent(
  value: ScopeValue,
  key: string | number,
  run: Evaluation,
): ScopeValue | undefined {
  try {
    return readMember(value, key, run);
  } catch (thrown) {
    if (saysAbsent(thrown)) return undefined;
    throw thrown;
  }
}

/** The value as plain JSON: a Lookup is read to its last member, all else stays the same object. */
export function toJson(value: ScopeValue, run: Evaluation, depth = 0): Json {
  if (typeof value === 'number') return finite(value, 'The value');
  if (!isLookup(value)) return value;
  run.checkDataDepth(depth);
  // Without a prototype, so that a member called __proto__ is a member.
  const object: Record<string, Json> = Object.create(null);
  for (const key of value.keys()) {
    run.charge(1);
    const member = readIfPresent(value, key, run);
    if (member !== undefined) object[key] = toJson(member, run, depth + 1);
  }
  return object;
}
