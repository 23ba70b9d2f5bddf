/** What zod finds, said in sentences: the branch of a union that was meant, the key that was meant, the fix. */
import type { Json } from '../../engine/core/json.ts';
import { expectedWord } from '../../engine/core/schema-words.ts';
import type { Path } from '../position.ts';
import type { SourceDocument } from '../source-document.ts';
import { meantKey, reportBadKey, reportUnknownKey } from './key.ts';
import { reportEmpty, reportExpression, reportMissing, reportType } from './kind.ts';
import { labelOf, type Place } from './place.ts';
import { flatten, type Issue, pathOf, valueAt } from './union.ts';
import { reportValue } from './value.ts';

/** Where in the document the checked value stands, and the value itself. */
export interface Checked {
  readonly document: SourceDocument;
  readonly path: Path;
  readonly data: Json;
}

/** Adds a diagnostic for each issue. Answers the paths, from the checked value, that are wrong. */
export function reportIssues(checked: Checked, issues: readonly Issue[]): Path[] {
  const flat = issues.flatMap((issue) => flatten(issue, valueAt(checked.data, pathOf(issue.path))));
  const misspelt = misspeltKeys(checked, flat);
  // That a key is missing follows from its being misspelt.
  for (const issue of flat) if (!misspelt.has(keyOf(pathOf(issue.path)))) reportIssue(checked, issue);
  return flat.flatMap((issue) => {
    const path = pathOf(issue.path);
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  });
}

/** The keys that were meant by unknown ones, as whole paths; of those that are there, another mistake is still told. */
function misspeltKeys({ path, data }: Checked, issues: readonly Issue[]): ReadonlySet<string> {
  const found = issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    const inner = pathOf(issue.path);
    const meant = issue.keys.flatMap((key) => meantKey([...path, ...inner], key) ?? []);
    return meant.map((key) => [...inner, key]);
  });
  return new Set(found.filter((one) => valueAt(data, one) === undefined).map(keyOf));
}

function keyOf(path: Path): string {
  return JSON.stringify(path);
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
