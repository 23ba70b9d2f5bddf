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
  return inTime(TIME_LIMIT_MS, (timeout) => script.runInContext(context, { timeout }) === true);
}

/** How often work is begun anew that did not come about for want of a processor. */
const TRIES = 5;

/**
 * The work's answer, or undefined when it takes too long. The limit is one of time that passes, so it is begun anew when the process
 * could hardly work meanwhile: it was stopped, or others had the processor.
 */
function inTime<T>(limitMs: number, work: (limitMs: number) => T): T | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = process.cpuUsage();
    try {
      return work(limitMs);
    } catch (thrown) {
      if (!isTimeout(thrown)) throw thrown;
      if (process.cpuUsage(before).user / 1_000 >= limitMs / 2) return undefined;
    }
  }
  return undefined;
}

function isTimeout(thrown: unknown): boolean {
  // The error may come from the other context, where `Error` is another one.
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

const manyScript = new Script('{ const p = new RegExp(pattern, flags); lines.map((line) => p.test(line)); }');
const manyPlace: { pattern: string; flags: string; lines: readonly string[] } = {
  pattern: '',
  flags: '',
  lines: [],
};
const manyContext = createContext(manyPlace);

export interface LinePattern {
  /** A regular expression of JavaScript. */
  readonly pattern: string;
  readonly ignoresCase: boolean;
  /** For all lines together, ms in which the process works. */
  readonly timeoutMs: number;
}

/** For each line whether the pattern matches in it; undefined when that takes too long. @throws SyntaxError a bad pattern */
export function matchingLines(
  lines: readonly string[],
  { pattern, ignoresCase, timeoutMs }: LinePattern,
): readonly boolean[] | undefined {
  Object.assign(manyPlace, { lines, pattern, flags: ignoresCase ? 'iu' : 'u' });
  try {
    return inTime(timeoutMs, (timeout) => {
      const found: unknown = manyScript.runInContext(manyContext, { timeout });
      return Array.isArray(found) ? found.map((one) => one === true) : [];
    });
  } finally {
    manyPlace.lines = [];
  }
}
