/** `notify` and `callback`: whom to tell of how a task or a run goes. */
import { z } from 'zod';
import { name } from './common.ts';

export const TASK_OCCASIONS = ['success', 'failure', 'retry', 'late'] as const;
export const RUN_OCCASIONS = ['success', 'failure', 'late', 'recovered'] as const;
/** What a notification tells of when it does not say. */
export const DEFAULT_OCCASIONS = ['failure', 'late'] as const;

const channel = name.describe('Name of a channel of the installation.');
const text = z.string().min(1).max(10_000).optional().describe('What is sent. Default: what happened.');

function notifyOn<const T extends readonly [string, ...string[]]>(occasions: T) {
  const occasion = z.enum(occasions);
  const full = z.strictObject({
    channel,
    on: z
      .union([occasion, z.array(occasion).min(1)])
      .optional()
      .describe('When to tell. Default: failure and late.'),
    text,
  });
  return z.union([
    channel,
    full,
    z
      .array(z.union([channel, full]))
      .min(1)
      .describe('Several channels.'),
  ]);
}

export const taskNotify = notifyOn(TASK_OCCASIONS);
export const runNotify = notifyOn(RUN_OCCASIONS);

export const callback = z.strictObject({
  url: z.string().min(1).describe('Where the end of a run is posted to.'),
  secret: z.string().min(1).optional().describe('Name of the secret that signs what is posted.'),
});

export type NotifySource = z.infer<typeof taskNotify> | z.infer<typeof runNotify>;
export type CallbackSource = z.infer<typeof callback>;
