/** `needs`: a task, a list, or a list with conditions on the edges. */
import { z } from 'zod';
import type { WhenWord } from '../../engine/core/plan.ts';

export const WHEN_WORDS = ['success', 'failure', 'skipped', 'done'] as const satisfies readonly WhenWord[];

const whenWord = z.enum(WHEN_WORDS);

const need = z.union([
  z.string().describe('Name of a task.'),
  z.strictObject({
    task: z.string().describe('Name of the task that is needed.'),
    when: z
      .union([whenWord, z.array(whenWord).min(1)])
      .optional()
      .describe('Ends of that task that count as success for this edge; any other counts as skipped.'),
    case: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('Cases of that `switch` that make this edge a success; another choice counts as skipped.'),
    optional: z
      .boolean()
      .optional()
      .describe('Wait for the task, then leave the edge out unless it succeeded.'),
  }),
]);

export const needs = z.union([
  z.string().describe('The one task that is needed.'),
  z.array(need).describe('Tasks that are needed.'),
]);

export type NeedsSource = z.infer<typeof needs>;
export type NeedSource = z.infer<typeof need>;
