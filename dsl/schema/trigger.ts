/** `triggers`: what starts runs. Which keys belong together is checked in `check/trigger.ts`. */
import { z } from 'zod';
import { duration, names } from './common.ts';

export const CATCHUP = ['none', 'last', 'all'] as const;
export const OVERLAP = ['allow', 'skip', 'queue', 'replace'] as const;
export const AFTER_ENDS = ['success', 'failure', 'cancelled', 'done'] as const;
export const WEBHOOK_SCHEMES = ['standard', 'github', 'hmac'] as const;

/** Exactly one of these stands in a trigger. */
export const TRIGGER_KINDS = ['cron', 'every', 'at', 'after', 'webhook', 'kafka'] as const;

const inputs = names.optional().describe('Inputs of the runs that are started.');
const afterEnd = z.enum(AFTER_ENDS);

export const after = z.strictObject({
  workflow: z.string().min(1).describe('Name of the other workflow, or `NAMESPACE/NAME`.'),
  on: z
    .union([afterEnd, z.array(afterEnd).min(1)])
    .optional()
    .describe('How its run must have ended. Default: success.'),
  window: duration
    .optional()
    .describe('Start once, when all scheduled runs of a window of this length have ended so.'),
  inputs,
});

export const webhook = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(200)
    .describe('Path of the address that starts a run, below that of all webhooks.'),
  secret: z.string().min(1).optional().describe('Name of the secret that requests are signed with.'),
  scheme: z.enum(WEBHOOK_SCHEMES).optional().describe('How requests are signed. Default: standard.'),
  id: z
    .string()
    .min(1)
    .optional()
    .describe('Expression over `trigger` for the id of a delivery; equal ids start one run.'),
  inputs,
});

export const kafka = z.strictObject({
  topic: z.string().min(1).max(249).describe('Topic; each of its messages starts a run.'),
  brokers: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('Brokers as `host:port`. Default: those of the installation.'),
  group: z
    .string()
    .min(1)
    .max(249)
    .optional()
    .describe('Consumer group. Default: made of the names of namespace and workflow.'),
  from: z.enum(['latest', 'earliest']).optional().describe('Where a new group begins. Default: latest.'),
  inputs,
});

export const trigger = z.strictObject({
  cron: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Five fields: minute, hour, day of month, month, day of week.'),
  every: duration.optional().describe('A run each time so much has passed.'),
  at: z.string().min(1).optional().describe('One run, at this time, such as 2026-03-01T06:00:00Z.'),
  after: after.optional().describe('A run after the runs of another workflow.'),
  webhook: webhook.optional().describe('A run for each request.'),
  kafka: kafka.optional().describe('A run for each message of a topic.'),
  timezone: z.string().min(1).optional().describe('Zone of `cron`, such as Europe/Berlin. Default: UTC.'),
  catchup: z
    .enum(CATCHUP)
    .optional()
    .describe('Which ticks are made up for that passed meanwhile. Default: none.'),
  overlap: z
    .enum(OVERLAP)
    .optional()
    .describe('What a tick does while a run of the same trigger still runs. Default: allow.'),
  inputs,
});

export type TriggerSource = z.infer<typeof trigger>;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];
