/**
 * Reads `tasks.a.outputs.x`, step by step. An absent member is an error that names the whole path, unless the reader
 * may do without. After `.*` every further step is applied to each value, and those without the member are left out.
 */
import type { Node, Step } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import { EvaluationError, expressionError } from './evaluation-error.ts';
import { memberNames, memberValues, readIfPresent, readMember, toJson } from './members.ts';
import { nearestName } from './nearest-name.ts';
import type { ScopeValue } from './scope.ts';
import { KIND_NAMES, kindOf } from './value.ts';

type Chain = Extract<Node, { kind: 'chain' }>;
type Key = string | number;

export interface Reader {
  readonly run: Evaluation;
  readonly evaluate: (node: Node, run: Evaluation) => ScopeValue;
  readonly mayBeAbsent: boolean;
}

/** The value at the end of the chain; undefined only if it may be absent, and is. */
export function readChain(chain: Chain, reader: Reader): ScopeValue | undefined {
  const { run } = reader;
  const root = chain.root;
  let value = typeof root === 'string' ? run.scope.get(root) : reader.evaluate(root, run);
  if (value === undefined) return reader.mayBeAbsent ? undefined : fail(noContext(String(root)));
  const keys: Key[] = [];
  for (const [i, step] of chain.steps.entries()) {
    run.charge(1);
    if (step.kind === 'filter') return readFiltered(value, chain.steps.slice(i), reader);
    const key = step.kind === 'member' ? step.key : readKey(step.index, reader);
    const member: ScopeValue | undefined = readMember(value, key, run);
    keys.push(key);
    if (member === undefined) return reader.mayBeAbsent ? undefined : fail(noMember(root, keys, value));
    value = member;
  }
  return value;
}

function readKey(index: Node, reader: Reader): Key {
  const key = reader.evaluate(index, reader.run);
  if (typeof key === 'string' || typeof key === 'number') return key;
  throw expressionError(`What stands in [ ] must be text or a number, not ${KIND_NAMES[kindOf(key)]}.`);
}

function readFiltered(start: ScopeValue, steps: readonly Step[], reader: Reader): ScopeValue {
  const { run } = reader;
  let values: readonly ScopeValue[] = [start];
  for (const step of steps) {
    if (step.kind === 'filter') {
      values = flatten(
        values.map((value) => memberValues(value, run)),
        run,
      );
    } else {
      const key = step.kind === 'member' ? step.key : readKey(step.index, reader);
      values = flatten(
        values.map((value) => membersNamed(value, key, run)),
        run,
      );
    }
  }
  return values.map((value) => toJson(value, run));
}

function membersNamed(value: ScopeValue, key: Key, run: Evaluation): readonly ScopeValue[] {
  const member = readIfPresent(value, key, run);
  return member === undefined ? [] : [member];
}

function flatten(lists: readonly (readonly ScopeValue[])[], run: Evaluation): readonly ScopeValue[] {
  const length = lists.reduce((sum, list) => sum + list.length, 0);
  run.checkListLength(length);
  run.charge(length);
  return lists.flat();
}

function fail(message: string): never {
  throw new EvaluationError('unresolved_reference', message);
}

function noContext(root: string): string {
  return `\`${root}\` has no value here.`;
}

/** `keys` ends with the one that `value` does not have. */
function noMember(root: string | Node, keys: readonly Key[], value: ScopeValue): string {
  const path = pathText(root, keys);
  const owner = pathText(root, keys.slice(0, -1));
  const advice = typeof root === 'string' ? ` If it may be absent, write default(${path}, …).` : '';
  return `\`${path}\` has no value: ${reason(owner, keys.at(-1) ?? '', value)}${advice}`;
}

function reason(owner: string, key: Key, value: ScopeValue): string {
  const kind = kindOf(value);
  if (Array.isArray(value)) return `\`${owner}\` is a list of ${value.length} items, counted from 0.`;
  if (kind !== 'object') return `\`${owner}\` is ${KIND_NAMES[kind]}, which has no members.`;
  // Which secrets there are is told to nobody.
  const near =
    owner === 'secrets' ? undefined : nearestName(String(key).slice(0, 64), memberNames(value).slice(0, 200));
  const suggestion = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  return `\`${owner}\` has no member \`${shorten(String(key))}\`.${suggestion}`;
}

function pathText(root: string | Node, keys: readonly Key[]): string {
  const start = typeof root === 'string' ? root : root.kind === 'call' ? `${root.name}(…)` : '(…)';
  return keys.reduce<string>((path, key) => path + keyText(key), start);
}

function keyText(key: Key): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)
    ? `.${shorten(key)}`
    : `['${shorten(key).replaceAll("'", "''")}']`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
