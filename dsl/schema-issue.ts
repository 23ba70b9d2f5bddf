/** What zod finds, said in sentences: the branch of a union that was meant, the key that was meant, the fix. */
import type { z } from 'zod';
import { isJsonObject, type Json } from '../engine/core/json.ts';
import { describeValue, expectedWord } from './describe-value.ts';
import { FOREIGN_KEYS, NOT_YET_AVAILABLE, type Noun } from './known-key.ts';
import { problemOfEnvName, problemOfName, toName } from './name.ts';
import type { Path } from './position.ts';
import { DURATION_KEYS } from './schema/common.ts';
import { keysOf, nounAt } from './schema/noun.ts';
import type { SourceDocument } from './source-document.ts';
import { alternatives, suggest } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** Where in the document the checked value stands, and the value itself. */
export interface Checked {
  readonly document: SourceDocument;
  readonly path: Path;
  readonly data: Json;
}

/** Adds a diagnostic for each issue. Answers the paths, from the checked value, that are wrong. */
export function reportIssues(checked: Checked, issues: readonly Issue[]): Path[] {
  const flat = issues.flatMap((issue) => flatten(issue, valueAt(checked.data, pathOf(issue.path))));
  for (const issue of flat) reportIssue(checked, issue);
  return flat.flatMap((issue) => {
    const path = pathOf(issue.path);
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  });
}

function pathOf(path: readonly PropertyKey[]): Path {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** The value at a path; undefined where there is none. */
export function valueAt(data: Json, path: Path): Json | undefined {
  let value: Json | undefined = data;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isJsonObject(value)) value = Object.hasOwn(value, step) ? value[step] : undefined;
    else return undefined;
  }
  return value;
}

/** Of a union's branches, the one whose kind of value was written; without one, all kinds that are taken. */
export function flatten(issue: Issue, value: Json | undefined): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((branch) =>
    branch.flatMap((inner) =>
      flatten(inner, value === undefined ? undefined : valueAt(value, pathOf(inner.path))),
    ),
  );
  const fitting = branches.filter((branch) => !branch.some(isOfAnotherKind));
  const meant =
    fitting.sort((a, b) => a.length - b.length)[0] ?? branches.find((branch) => isChoiceFor(branch, value));
  if (meant) return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue);
  const kinds = branches.flatMap((branch) => branch.filter(isOfAnotherKind).map(kindOf));
  return [{ ...issue, code: 'invalid_type', expected: [...new Set(kinds)].join(' or ') } as unknown as Issue];
}

function isOfAnotherKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function isChoiceFor(branch: readonly Issue[], value: Json | undefined): boolean {
  return (
    typeof value === 'string' &&
    branch.some((issue) => issue.path.length === 0 && issue.code === 'invalid_value')
  );
}

function kindOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `one of ${alternatives(issue.values)}`;
  return issue.code === 'invalid_type' ? expectedWord(issue.expected) : 'another value';
}

function reportIssue(checked: Checked, issue: Issue): void {
  const inner = pathOf(issue.path);
  const path = [...checked.path, ...inner];
  const at: Place = { ...checked, path, value: valueAt(checked.data, inner), label: labelOf(path) };
  if (issue.code === 'unrecognized_keys') for (const key of issue.keys) reportUnknownKey(at, key);
  else if (issue.code === 'invalid_key') reportBadKey(at);
  else if (at.value === undefined) reportMissing(at);
  else if (at.value === null) reportEmpty(at);
  else if (typeof at.value === 'string' && at.value.includes('${{')) reportExpression(at);
  else if (issue.code === 'invalid_type') reportType(at, expectedWord(issue.expected));
  else reportValue(at, issue);
}

interface Place {
  readonly document: SourceDocument;
  readonly path: Path;
  readonly value: Json | undefined;
  /** The key in words: `` `delay` `` or ``an item of `run` ``. */
  readonly label: string;
}

function labelOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the document';
  return typeof last === 'string' ? `\`${last}\`` : `item ${last + 1} of \`${path.at(-2)}\``;
}

function reportUnknownKey({ document, path, label }: Place, key: string): void {
  const noun = nounAt(path);
  const where = path.length === 0 ? 'a workflow' : nounWord(noun, label);
  const full = [...path, key];
  if (noun && NOT_YET_AVAILABLE[noun]?.has(key)) {
    document.error({
      code: 'not_yet_available',
      path: full,
      onKey: true,
      message: `\`${key}\` is known but not available in this version.`,
      hint: 'Remove it.',
    });
    return;
  }
  const hint = hintForKey(noun, key);
  document.error({
    code: 'unknown_key',
    path: full,
    onKey: true,
    message: `There is no key \`${key}\` in ${where}.`,
    hint,
  });
}

function nounWord(noun: Noun | undefined, label: string): string {
  if (noun === 'task') return `a task`;
  if (noun === 'value') return 'the declaration of a value';
  return noun === 'need' ? 'an entry of `needs`' : label;
}

function hintForKey(noun: Noun | undefined, key: string): string | undefined {
  if (!noun) return undefined;
  if (key === '<<') return 'YAML merge keys are not taken; values for all tasks stand in `defaults`.';
  const known = keysOf(noun);
  const foreign = FOREIGN_KEYS[noun]?.get(key);
  if (foreign !== undefined) {
    const isYetToCome = NOT_YET_AVAILABLE[noun]?.has(foreign);
    return isYetToCome
      ? `Here it is called \`${foreign}\`, which is not available in this version.`
      : `Did you mean \`${foreign}\`?`;
  }
  if (noun === 'workflow' && keysOf('task').includes(key))
    return `\`${key}\` belongs to a task, under \`tasks\`${keysOf('defaults').includes(key) ? ', or under `defaults`' : ''}.`;
  if (noun === 'task' && keysOf('workflow').includes(key))
    return `\`${key}\` belongs to the workflow, not to a task. Is the line indented too far?`;
  return (
    suggest(key, [...known, ...(NOT_YET_AVAILABLE[noun] ?? [])].slice(0, 100)) ??
    `Known here: ${alternatives(known, 'and')}.`
  );
}

function reportBadKey({ document, path }: Place): void {
  const key = String(path.at(-1));
  const isEnv = path.at(-2) === 'env';
  const problem = (isEnv ? problemOfEnvName(key) : problemOfName(key)) ?? 'is not taken here';
  const hint =
    key === '' ? undefined : `Write it as \`${isEnv ? toName(key).replaceAll('-', '_') : toName(key)}\`.`;
  document.error({ code: 'bad_name', path, onKey: true, message: `The name \`${key}\` ${problem}.`, hint });
}

function reportMissing({ document, path, label }: Place): void {
  document.error({
    code: 'missing_key',
    path: path.slice(0, -1),
    message: `${capital(label)} is missing here.`,
    hint: `Add ${label}.`,
  });
}

function reportEmpty({ document, path, label }: Place): void {
  document.error({
    code: 'empty_value',
    path,
    message: `${capital(label)} has no value.`,
    hint: 'Give it a value, or remove it.',
  });
}

function reportExpression({ document, path, label }: Place): void {
  const message = `${capital(label)} takes no expression: it must be known before the run starts.`;
  document.error({ code: 'expression_not_allowed', path, message });
}

function reportType({ document, path, label, value }: Place, expected: string): void {
  const key = path.at(-1);
  if (typeof value === 'number' && typeof key === 'string' && DURATION_KEYS.has(key)) {
    const message = `${capital(label)} is a duration and needs a unit, but this is ${describeValue(value)}.`;
    document.error({
      code: 'bare_duration',
      path,
      message,
      hint: `Write ${value}s for seconds, or ${value}m for minutes.`,
    });
    return;
  }
  const message = `${capital(label)} must be ${expected}, but this is ${describeValue(value ?? null)}.`;
  document.error({ code: 'wrong_type', path, message, hint: hintForType(value, expected) });
}

function hintForType(value: Json | undefined, expected: string): string | undefined {
  if (typeof value === 'string' && expected.includes('true')) {
    if (/^(yes|on|y)$/i.test(value)) return 'In YAML 1.2 only `true` is true. Write true.';
    if (/^(no|off|n)$/i.test(value)) return 'In YAML 1.2 only `false` is false. Write false.';
  }
  if (
    typeof value === 'string' &&
    expected.includes('number') &&
    value.trim() !== '' &&
    Number.isFinite(Number(value))
  )
    return `Write ${value} without quotes.`;
  if (expected === 'text or a list' && isJsonObject(value))
    return 'Put it in a list: write `- ` before its first key.';
  if (!expected.startsWith('text')) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return `Write "${value}" in quotes.`;
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  const only = entries.length === 1 ? entries[0] : undefined;
  return only && typeof only[1] !== 'object'
    ? `A text that holds a colon and a space needs quotes: "${only[0]}: ${only[1]}".`
    : undefined;
}

function reportValue(at: Place, issue: Issue): void {
  const { document, path, label, value } = at;
  const shown = describeValue(value ?? null);
  if (issue.code === 'invalid_value') {
    const message = `${capital(label)} cannot be ${shown}.`;
    const hint =
      suggest(String(value), issue.values.map(String)) ?? `It takes ${alternatives(issue.values)}.`;
    document.error({ code: 'wrong_value', path, message, hint });
  } else if (issue.code === 'too_small' || issue.code === 'too_big') {
    document.error({
      code: 'out_of_range',
      path,
      message: `${capital(label)} ${rangeProblem(issue)}, but this is ${shown}.`,
    });
  } else if (issue.code === 'custom' && issue.params?.['code'] === 'bad_duration') {
    const isZero = /^[\dPTHMSDW.smhdw]*0[a-zA-Z]*$/.test(String(value)) && !/[1-9]/.test(String(value));
    const message = isZero
      ? `${capital(label)} must be more than zero.`
      : `${capital(label)} must be a duration, but this is ${shown}.`;
    document.error({
      code: 'bad_duration',
      path,
      message,
      hint: 'Write for example 500ms, 30s, 5m, 1h30m, 2d or PT1H30M.',
    });
  } else reportFormat(at, issue);
}

function reportFormat({ document, path, label, value }: Place, issue: Issue): void {
  const text = String(value);
  if (path.at(-1) === 'max_failures') {
    const message = `${capital(label)} must be a count or a share such as 20%, but this is ${describeValue(text)}.`;
    document.error({ code: 'wrong_value', path, message, hint: 'Write 3, or "20%".' });
  } else if (issue.code === 'invalid_format') {
    const message = `The name \`${text}\` ${problemOfName(text) ?? 'is not taken here'}.`;
    document.error({ code: 'bad_name', path, message, hint: `Write it as \`${toName(text)}\`.` });
  } else document.error({ code: 'wrong_value', path, message: `${capital(label)}: ${issue.message}.` });
}

export function rangeProblem(issue: Issue): string {
  if (issue.code === 'too_small') {
    if (issue.origin === 'string') return 'must not be empty';
    return issue.origin === 'array'
      ? `needs at least ${issue.minimum} item`
      : `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
  }
  if (issue.code !== 'too_big') return 'is out of range';
  return issue.origin === 'string'
    ? `may have at most ${issue.maximum} characters`
    : `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
}

export function capital(text: string): string {
  return text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
