/** `uses: approval`: waits for somebody's decision, with a form to fill in. Holds no worker and no slot meanwhile. */
import { z } from 'zod';
import type { EngineExecutor, EngineOutcome } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';
import { durationMs, durationText, resolvedDuration, timeMs, timeText } from './moment.ts';
import { toValueSpecs, valueSpecs } from './value-specs.ts';

const DEADLINE = 'expected a duration such as `4h`, or a time with its zone such as `2026-03-01T06:00:00Z`';
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'expected a name or a list of names',
});

/** As written in a workflow, where a bare number is an error. */
const approvalOptions = optionsWith(z.union([durationText, timeText], { error: DEADLINE }));
const resolvedOptions = optionsWith(z.union([resolvedDuration, timeText], { error: DEADLINE }));

function optionsWith<D extends z.ZodType>(deadline: D) {
  return z.strictObject({
    form: valueSpecs
      .optional()
      .describe('What is to be filled in, as the inputs of a workflow are declared. Default: nothing.'),
    approvers: names
      .optional()
      .describe(
        'Who is asked: shown and kept in the history. Who may decide is a matter of the installation.',
      ),
    deadline: deadline
      .optional()
      .describe('How long to wait for a decision, or until when. Default: without limit.'),
    on_deadline: z
      .enum(['reject', 'approve', 'fail'], { error: 'expected reject, approve or fail' })
      .default('fail')
      .describe('What happens when nobody has decided by then. `fail` is the error `wait_expired`.'),
    on_reject: z
      .enum(['fail', 'continue'], { error: 'expected fail or continue' })
      .default('fail')
      .describe('Whether a rejection fails the task, or it succeeds with `decision: rejected`.'),
  });
}

export function approvalExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'approval',
    summary: 'Waits for a decision: `sluice approve` or `sluice reject`.',
    options: approvalOptions,
    fixedOutputs: {
      decision: { type: 'string', description: '`approved` or `rejected`.' },
      by: { type: 'string', description: 'Who decided, as they said; null when nobody said.' },
      comment: { type: 'string', description: 'Their comment, or null.' },
      form: { type: 'object', description: 'What was filled in.' },
    },
    evaluate: (options, now) =>
      evaluateWith(resolvedOptions, 'approval', options, (checked) => outcomeOf(checked, now)),
  };
}

function outcomeOf(options: z.infer<typeof resolvedOptions>, now: number): EngineOutcome {
  const { deadline, approvers = [] } = options;
  return {
    kind: 'approval',
    form: toValueSpecs(options.form ?? {}),
    approvers: typeof approvers === 'string' ? [approvers] : approvers,
    ...(deadline === undefined ? {} : { until: endOf(deadline, now) }),
    onDeadline: options.on_deadline,
    onReject: options.on_reject,
  };
}

function endOf(deadline: string | number, now: number): number {
  const time = typeof deadline === 'string' ? timeMs(deadline) : Number.NaN;
  return Number.isNaN(time) ? now + durationMs(deadline) : time;
}
