/** The channels and alert rules of an installation, as its settings say them: `channels` and `alerts` of sluice.config.yaml. */
import { z } from 'zod';
import { SluiceError } from '../engine/core/errors.ts';
import type { AlertTarget } from '../engine/core/notification/alert.ts';
import { schemaWords } from '../engine/core/schema-words.ts';
import { type ChannelSettings, channelSchema } from './channels.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

export const channelsSchema = z.record(z.string().regex(NAME, { error: 'ops' }), channelSchema);

const occasion = z.enum([
  'success',
  'failure',
  'recovered',
  'late',
  'slow',
  'queue_stuck',
  'worker_lost',
  'schedule_missed',
]);

export const alertSchema = z.strictObject({
  channel: z
    .string()
    .regex(NAME, { error: 'ops' })
    .optional()
    .describe('Channel to tell. Default: nobody; it is listed by `sluice alerts`.'),
  on: z
    .union([occasion, z.array(occasion).min(1)])
    .default(['failure', 'recovered', 'late'])
    .describe('What is told. Default: failure, recovered and late.'),
  namespace: z
    .string()
    .min(1)
    .optional()
    .describe('Only of this namespace. Queues and workers belong to none.'),
  workflow: z
    .string()
    .min(1)
    .optional()
    .describe('Only of this workflow, or of those that begin so: `nightly-*`.'),
  text: z.string().min(1).max(10_000).optional().describe('What is sent of runs; may hold expressions.'),
  resolved: z
    .boolean()
    .optional()
    .describe('Whether it is told as well that it is over. Default true; of failures that is `recovered`.'),
});

export const alertsSchema = z.array(alertSchema).min(1);

export type AlertRule = z.output<typeof alertSchema>;

/** @throws SluiceError not_possible for what are no channels */
export function readChannels(json: string | undefined): ReadonlyMap<string, ChannelSettings> {
  return new Map(Object.entries(read(channelsSchema, json, 'SLUICE_CHANNELS') ?? {}));
}

/** @throws SluiceError not_possible for what are no rules, or name a channel that there is not */
export function readAlerts(
  json: string | undefined,
  channels: ReadonlyMap<string, ChannelSettings>,
): readonly AlertRule[] {
  const rules = read(alertsSchema, json, 'SLUICE_ALERTS') ?? [];
  for (const { channel } of rules) {
    if (channel === undefined || channels.has(channel)) continue;
    const known = [...channels.keys()].join(', ') || 'none';
    const text = `An alert names the channel "${channel}", which is not under \`channels\` (there: ${known}).`;
    throw new SluiceError('not_possible', text);
  }
  return rules;
}

/** What the rules say of one workflow; of the installation itself, where the namespace is empty. */
export function alertsOf(
  rules: readonly AlertRule[],
  namespace: string,
  workflow: string,
): readonly AlertTarget[] {
  return rules
    .filter((rule) => (rule.namespace ?? namespace) === namespace && fits(rule.workflow, workflow))
    .map(({ channel, on, text, resolved }) => ({
      on: [on].flat(),
      ...(channel === undefined ? {} : { channel }),
      ...(text === undefined ? {} : { text }),
      ...(resolved === undefined ? {} : { resolved }),
    }));
}

function fits(pattern: string | undefined, workflow: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith('*') ? workflow.startsWith(pattern.slice(0, -1)) : workflow === pattern;
}

function read<T>(schema: z.ZodType<T>, json: string | undefined, name: string): T | undefined {
  if (json === undefined) return undefined;
  const checked = schema.safeParse(parse(json, name), { error: schemaWords });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const place = (issue?.path ?? []).join('.');
  throw new SluiceError(
    'not_possible',
    `${name}: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`,
  );
}

function parse(json: string, name: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new SluiceError('not_possible', `${name} is not JSON.`);
  }
}
