/** Matching a user's regular expression within a time limit: some patterns take exponential time on short texts. */
import { createContext, Script } from 'node:vm';

/** Far above what an honest pattern takes on the longest text, ms. */
const TIME_LIMIT_MS = 100;

const script = new Script('new RegExp(pattern, "u").test(value)');
const place: { pattern: string; value: string } = { pattern: '', value: '' };
const context = createContext(place);

/** Whether the pattern matches somewhere in the value; undefined when that takes too long to say. */
export function matchesPattern(pattern: string, value: string): boolean | undefined {
  place.pattern = pattern;
  place.value = value;
  try {
    return script.runInContext(context, { timeout: TIME_LIMIT_MS }) === true;
  } catch (thrown) {
    if (isTimeout(thrown)) return undefined;
    throw thrown;
  }
}

function isTimeout(thrown: unknown): boolean {
  // The error may come from the other context, where `Error` is another one.
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
