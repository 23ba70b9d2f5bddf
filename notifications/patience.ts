/** After how long a queue that stands still is an alert, as the settings of an installation say it: `queue_stuck` of sluice.config.yaml. */
import { parseDuration } from '../engine/core/duration.ts';
import { SluiceError } from '../engine/core/errors.ts';
import { PATIENCE, type Patience } from '../engine/core/notification/watch.ts';

/** Queues are looked at every other second; who waits for weeks wants no alert. */
const LEAST_MS = 1_000;
const MOST_MS = 7 * 24 * 60 * 60_000;

/** What to write. */
export const PATIENCE_FORM = 'a duration from 1s to 7d, such as 90s or 10m';

/** Undefined for what is none, or too short or long. */
export function parsePatience(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms !== undefined && ms >= LEAST_MS && ms <= MOST_MS ? ms : undefined;
}

/** @throws SluiceError not_possible */
export function readPatience(environment: { readonly [name: string]: string | undefined }): Patience {
  const read = (variable: string, setting: string, usualMs: number) => {
    const text = environment[variable] || undefined;
    if (text === undefined) return usualMs;
    const ms = parsePatience(text);
    if (ms !== undefined) return ms;
    const problem = `${variable} (queue_stuck.${setting}) is ${JSON.stringify(text)}; write ${PATIENCE_FORM}.`;
    throw new SluiceError('not_possible', problem);
  };
  return {
    unservedMs: read('SLUICE_QUEUE_STUCK_UNSERVED', 'unserved', PATIENCE.unservedMs),
    untakenMs: read('SLUICE_QUEUE_STUCK_UNTAKEN', 'untaken', PATIENCE.untakenMs),
  };
}
