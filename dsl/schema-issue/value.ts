/** Values of the right kind that are not among those that a key takes. */
import { meantDuration, parseDuration } from '../../engine/core/duration.ts';
import { describeValue, shorten } from '../describe-value.ts';
import { problemOfName, toName } from '../name.ts';
import { MAX_DURATION } from '../schema/common.ts';
import { alternatives, suggestion } from '../suggest.ts';
import { capital, type Place } from './place.ts';
import type { Issue } from './union.ts';

export function reportValue(at: Place, issue: Issue): void {
  const { document, path, label, value = null } = at;
  const shown = describeValue(value);
  // Lists and maps have no text of their own; those without prototype cannot even be asked for it.
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (issue.code === 'invalid_value') {
    const found = suggestion(text, issue.values.map(String));
    const advice = found.hint === undefined ? { hint: `It takes ${alternatives(issue.values)}.` } : found;
    document.error({
      code: 'wrong_value',
      path,
      message: `${capital(label)} cannot be ${shown}.`,
      ...advice,
    });
  } else if (issue.code === 'too_small' || issue.code === 'too_big') {
    const message = `${capital(label)} ${rangeProblem(issue)}, but this is ${shown}.`;
    document.error({ code: 'out_of_range', path, message });
  } else if (issue.code === 'custom' && issue.params?.['code'] === 'long_duration') {
    const message = `${capital(label)} must be at most 10 years (${MAX_DURATION}), but this is ${shown}.`;
    document.error({ code: 'out_of_range', path, message });
  } else if (issue.code === 'custom' && issue.params?.['code'] === 'bad_duration') reportDuration(at, text);
  else reportFormat(at, issue, text);
}

function reportDuration({ document, path, label }: Place, text: string): void {
  const isZero = parseDuration(text) === 0;
  const problem = isZero
    ? 'must be more than zero'
    : `must be a duration, but this is ${describeValue(text)}`;
  const meant = isZero ? undefined : meantDuration(text);
  const forms = '500ms, 30s, 5m, 1h30m, 2d or PT1H30M';
  const hint =
    meant === undefined ? `Write for example ${forms}.` : `Write ${meant}; durations look like ${forms}.`;
  document.error({ code: 'bad_duration', path, message: `${capital(label)} ${problem}.`, hint, fix: meant });
}

function reportFormat({ document, path, label }: Place, issue: Issue, text: string): void {
  if (path.at(-1) === 'max_failures') {
    const message = `${capital(label)} must be a count or a share such as 20%, but this is ${describeValue(text)}.`;
    document.error({ code: 'wrong_value', path, message, hint: 'Write 3, or "20%".' });
  } else if (issue.code === 'invalid_format') {
    const message = `The name \`${shorten(text)}\` ${problemOfName(text) ?? 'is not taken here'}.`;
    const name = toName(text);
    document.error({ code: 'bad_name', path, message, hint: `Write it as \`${name}\`.`, fix: name });
  } else document.error({ code: 'wrong_value', path, message: `${capital(label)}: ${issue.message}.` });
}

/** What a value out of range must be, as the rest of a sentence. */
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
