/** Keys that a map may not have, and names that an author may not choose. */

import { nearestName } from '../../engine/core/expression/nearest-name.ts';
import { shorten } from '../describe-value.ts';
import { FOREIGN_KEYS, type Noun } from '../known-key.ts';
import { problemOfEnvName, problemOfName, toName } from '../name.ts';
import type { Path } from '../position.ts';
import { keysOf, nounAt } from '../schema/noun.ts';
import { alternatives, didYouMean, type Suggestion, suggestion } from '../suggest.ts';
import type { Place } from './place.ts';

export function reportUnknownKey({ document, path, label }: Place, key: string): void {
  const noun = nounAt(path);
  const where = path.length === 0 ? 'a workflow' : nounWord(noun, label);
  const full = [...path, key];
  document.error({
    code: 'unknown_key',
    path: full,
    onKey: true,
    message: `There is no key \`${shorten(key)}\` in ${where}.`,
    ...suggestionForKey(noun, key),
  });
}

/** The key that an unknown one probably stands for. */
export function meantKey(path: Path, key: string): string | undefined {
  const noun = nounAt(path);
  return noun && (FOREIGN_KEYS[noun]?.get(key) ?? nearestName(key, keysOf(noun)));
}

const NOUN_WORDS: ReadonlyMap<Noun, string> = new Map([
  ['task', 'a task'],
  ['value', 'the declaration of a value'],
  ['need', 'an entry of `needs`'],
  ['trigger', 'a trigger'],
]);

function nounWord(noun: Noun | undefined, label: string): string {
  return (noun && NOUN_WORDS.get(noun)) ?? label;
}

function suggestionForKey(noun: Noun | undefined, key: string): Suggestion {
  if (!noun) return {};
  if (key === '<<')
    return { hint: 'YAML merge keys are not taken; values for all tasks stand in `defaults`.' };
  const known = keysOf(noun);
  const foreign = FOREIGN_KEYS[noun]?.get(key);
  if (foreign !== undefined) return didYouMean(foreign);
  if (noun === 'workflow' && keysOf('task').includes(key)) {
    const orDefaults = keysOf('defaults').includes(key) ? ', or under `defaults`' : '';
    return { hint: `\`${key}\` belongs to a task, under \`tasks\`${orDefaults}.` };
  }
  if (noun === 'task' && keysOf('workflow').includes(key))
    return { hint: `\`${key}\` belongs to the workflow, not to a task. Is the line indented too far?` };
  const found = suggestion(key, known.slice(0, 100));
  return found.hint === undefined ? { hint: `Known here: ${alternatives(known, 'and')}.` } : found;
}

export function reportBadKey({ document, path }: Place): void {
  const key = String(path.at(-1));
  const isEnv = path.at(-2) === 'env';
  const problem = (isEnv ? problemOfEnvName(key) : problemOfName(key)) ?? 'is not taken here';
  const name = isEnv ? toName(key).replaceAll('-', '_') : toName(key);
  document.error({
    code: 'bad_name',
    path,
    onKey: true,
    message: `The name \`${shorten(key)}\` ${problem}.`,
    ...(key === '' ? {} : { hint: `Write it as \`${name}\`.`, fix: name }),
  });
}
