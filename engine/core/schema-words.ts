/**
 * What is wrong with a value that does not fit its schema, as the rest of a sentence whose subject is its place: `must be a whole
 * number`. Given to zod as the `error` of a parse; what a schema says itself of its mistakes stands.
 */
import type { z } from 'zod';

const KINDS: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', '`true` or `false`'],
  ['object', 'a map'],
  ['record', 'a map'],
  ['array', 'a list'],
  ['null', 'null'],
  ['nan', 'no number'],
]);

/** What a schema expects; a text that is in words already stays as it is. */
export function expectedWord(expected: string): string {
  return KINDS.get(expected) ?? expected;
}

/** By zod's names of formats; all others have a form of their own. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ['datetime', 'a time such as 2026-01-31T12:00:00Z'],
  ['date', 'a date such as 2026-01-31'],
  ['email', 'an e-mail address'],
  ['url', 'a URL such as https://example.com/path'],
  ['uuid', 'a UUID'],
  ['base64', 'bytes in base64'],
]);

type RawIssue = z.core.$ZodRawIssue;

/** Nothing for a kind of mistake that zod words itself. */
export function schemaWords(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is missing; it must be ${expectedWord(issue.expected)}`;
      return `must be ${expectedWord(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${listed(issue.values.map(String))}`;
    case 'too_small':
      return boundWords(issue, Number(issue.minimum), issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return boundWords(issue, Number(issue.maximum), issue.inclusive === false ? 'less than' : 'at most');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return FORMATS.has(issue.format)
        ? `must be ${FORMATS.get(issue.format)}`
        : 'has another form than it must have';
    case 'unrecognized_keys':
      return `has no field ${listed(issue.keys.map((key) => `\`${key}\``))}; remove or correct ${issue.keys.length > 1 ? 'them' : 'it'}`;
    case 'invalid_key':
      return `has a name that it cannot have: ${messagesOf(issue.issues)}`;
    case 'invalid_element':
      return `holds something that it cannot hold: ${messagesOf(issue.issues)}`;
    case 'invalid_union':
      return issue.errors.length > 0 ? messagesOf(issue.errors.flat()) : 'is none of what it may be';
    default:
      return undefined;
  }
}

function boundWords(issue: { readonly origin: string }, bound: number, words: string): string {
  if (issue.origin === 'string')
    return bound === 1 && words === 'at least'
      ? 'must not be empty'
      : `must have ${words} ${bound} characters`;
  if (['array', 'set', 'map', 'file'].includes(issue.origin))
    return `must have ${words} ${bound} ${bound === 1 ? 'entry' : 'entries'}`;
  return `must be ${words} ${bound}`;
}

/** Of the ways in which a value may fit, what each of them wants. */
function messagesOf(issues: readonly { readonly message: string }[]): string {
  return listed([...new Set(issues.map(({ message }) => message))]);
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
