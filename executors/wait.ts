/** `uses: wait`: ends after a while, at a time, or when a signal comes. Holds no worker and no slot meanwhile. */
import { z } from 'zod';
import type { EngineExecutor, EngineOutcome } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';
import { durationMs, durationText, resolvedDuration, timeMs, timeText } from './moment.ts';
import { toValueSpecs, valueSpecs } from './value-specs.ts';

const ONE = 'give either `for` (a duration) or `until` (a time)';
const SOMETHING = 'say what to wait for: `for` (a duration), `until` (a time) or `signal` (a name)';
const NEEDS_SIGNAL = '`schema` describes the payload of a signal; name it with `signal`';

const signal = z.string({ error: 'expected the name of a signal' }).regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, {
  error: 'expected a name of letters, digits, `_`, `.` and `-`, at most 64, not beginning with a digit',
});

/** As written in a workflow, where a bare number is an error. */
const waitOptions = optionsWith(durationText);
const resolvedOptions = optionsWith(resolvedDuration);

function optionsWith<D extends typeof durationText | typeof resolvedDuration>(duration: D) {
  return z
    .strictObject({
      for: duration.optional().describe('How long to wait, as a duration; with `signal`, the longest.'),
      until: timeText
        .optional()
        .describe(
          'When to go on, as a date and time; with `signal`, the latest. A time that has passed does not wait.',
        ),
      signal: signal
        .optional()
        .describe(
          'Name of a signal to wait for (`sluice signal RUN NAME --data JSON`); its payload becomes the outputs.',
        ),
      schema: valueSpecs
        .optional()
        .describe('Fields of the payload, as the inputs of a workflow are declared.'),
    })
    .refine((options) => options.for === undefined || options.until === undefined, { error: ONE })
    .refine(({ for: span, until, signal: name }) => (span ?? until ?? name) !== undefined, {
      error: SOMETHING,
    })
    .refine((options) => options.schema === undefined || options.signal !== undefined, {
      error: NEEDS_SIGNAL,
      path: ['schema'],
    });
}

export function waitExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'wait',
    summary: 'Waits for a duration, until a time, or for a signal, without a worker.',
    options: waitOptions,
    evaluate: (options, now) =>
      evaluateWith(resolvedOptions, 'wait', options, (checked) => outcomeOf(checked, now)),
  };
}

function outcomeOf(options: z.infer<typeof resolvedOptions>, now: number): EngineOutcome {
  const until = endOf(options, now);
  if (options.signal !== undefined) {
    return {
      kind: 'signal',
      name: options.signal,
      ...(options.schema === undefined ? {} : { schema: toValueSpecs(options.schema) }),
      ...(until === undefined ? {} : { until }),
    };
  }
  return until === undefined || until <= now
    ? { kind: 'succeeded', outputs: {} }
    : { kind: 'wait', until, outputs: {} };
}

function endOf(options: z.infer<typeof resolvedOptions>, now: number): number | undefined {
  if (options.until !== undefined) return timeMs(options.until);
  return options.for === undefined ? undefined : now + durationMs(options.for);
}
