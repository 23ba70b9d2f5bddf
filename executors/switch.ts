/** `uses: switch`: names the first case whose condition holds; edges with `case` follow it. */
import { z } from 'zod';
import { isTruthy } from '../engine/core/expression/index.ts';
import type { Json } from '../engine/core/json.ts';
import type { EngineExecutor, EngineOutcome } from '../engine/ports/executor.ts';
import { evaluateWith } from './evaluate-with.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const caseName = z.string().regex(NAME, {
  error: 'expected a name of letters, digits, `_` and `-`, at most 64, not beginning with a digit',
});

const switchOptions = z.strictObject({
  cases: z
    .array(
      z.strictObject({
        name: caseName
          .refine((name) => name !== 'default', {
            error: '`default` is reserved; use the option `default` instead',
          })
          .describe('Name of the case, for `needs: [{ task, case }]`.'),
        if: z
          .unknown()
          .refine((value) => value !== undefined, { error: 'a condition is needed' })
          .describe('Condition; braces are optional.'),
      }),
    )
    .min(1, { error: 'the list is empty; name at least one case' })
    .describe('Cases in order; the first whose condition holds is chosen.'),
  default: caseName
    .optional()
    .describe('Name that is chosen when no condition holds. Without it `case` is then null.'),
});

export function switchExecutor(): EngineExecutor {
  return {
    place: 'engine',
    name: 'switch',
    summary: 'Chooses one of several named cases by conditions.',
    options: switchOptions,
    fixedOutputs: { case: { type: 'string', description: 'Name of the chosen case, or null.' } },
    conditions: ['cases[].if'],
    evaluate: (options) => evaluateWith(switchOptions, 'switch', options, choose),
  };
}

function choose(options: z.infer<typeof switchOptions>): EngineOutcome {
  const chosen = options.cases.find((one) => isTruthy(one.if as Json));
  return { kind: 'succeeded', outputs: { case: chosen?.name ?? options.default ?? null } };
}
