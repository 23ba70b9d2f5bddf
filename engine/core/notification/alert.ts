/**
 * Alerts: what is wrong now, from its beginning to its end. An alert is one episode of a rule about a subject: it fires once, however often it
 * is seen, and is resolved once. Documents of the actor that keeps the notifications of the workflow, or of the installation.
 */
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { PlanNotification } from '../plan.ts';
import { derivedRunId } from '../run-id.ts';
import type { Told } from './message.ts';
import { type NotificationType, notificationId } from './notification.ts';

export const ALERT_RULES = [
  /** Subject: the workflow. From a failed run to its next success. */
  'failure',
  /** Subject: the run. From its deadline to its end. */
  'late',
  /** Subject: the run. It takes longer than runs of its workflow usually do. */
  'slow',
  /** Subject: the queue. Nodes wait for a worker, and nobody takes them. */
  'queue_stuck',
  /** Subject: the worker. It is gone, has not left, and nobody stands in for it. */
  'worker_lost',
  /** Subject: the number of the trigger. Times passed at which nothing was started. */
  'schedule_missed',
] as const;
export type AlertRule = (typeof ALERT_RULES)[number];

/** What a rule of the installation asks to be told of. */
export type AlertOccasion = PlanNotification['on'][number] | AlertRule;

/** Whom the installation tells of what. Without a channel it is listed, and nobody is told. */
export interface AlertTarget {
  readonly channel?: string;
  readonly on: readonly AlertOccasion[];
  readonly text?: Json;
  /** Whether the end is told as well. Default true. */
  readonly resolved?: boolean;
}

export interface Alert {
  /** Of the episode: by rule, subject and beginning. */
  readonly id: string;
  readonly rule: AlertRule;
  readonly subject: string;
  readonly state: 'firing' | 'resolved';
  /** ms since 1970. */
  readonly since: number;
  readonly resolvedAt?: number;
  /** For people: what is wrong. */
  readonly summary: string;
  /** Times that it was seen, such as failed runs. */
  readonly count: number;
  /** The run that it is about, or that was the last one to show it. */
  readonly run?: string;
  /** The end has come before the beginning, which may be on its way: what is then to be told of the end. */
  readonly early?: readonly Told[];
}

/** Begins the names of documents of alerts. */
const ALERT = 'a:';

export function alertField(rule: AlertRule, subject: string): string {
  return `${ALERT}${rule}:${encodeURIComponent(subject)}`;
}

export function isAlertField(field: string): boolean {
  return field.startsWith(ALERT);
}

/** Documents have the form that their actor wrote them in. */
export function readAlert(value: Json | undefined): Alert | undefined {
  return value as unknown as Alert | undefined;
}

export function alertId(
  address: string,
  { rule, subject, since }: Pick<Alert, 'rule' | 'subject' | 'since'>,
) {
  return `alr_${derivedRunId('alert', address, rule, subject, String(since))}`;
}

/** What a shard says of an alert to the actor that keeps it. Each may come twice, and late. */
export interface AlertNews {
  readonly rule: AlertRule;
  readonly subject: string;
  readonly state: 'firing' | 'resolved';
  /** Begin of the episode; of its end also when that was. */
  readonly since: number;
  readonly at: number;
  readonly summary: string;
  readonly run?: string;
}

export function readNews(value: Json | undefined): AlertNews | undefined {
  return isJsonObject(value) ? (value as unknown as AlertNews) : undefined;
}

/** `data.alert` of all that a rule tells. */
export function alertData({ id, rule, subject, state, since, count }: Alert): JsonObject {
  return { id, rule, subject, state, since: new Date(since).toISOString(), count };
}

export interface TellingAlert {
  readonly namespace: string;
  readonly at: number;
  readonly text: string;
  readonly type?: NotificationType;
  readonly data?: JsonObject;
  readonly secrets?: readonly string[];
  /** What names the episode, and this moment of it. */
  readonly name: readonly string[];
}

/** What is told by the rules that ask for it: of the begin, or of the end, of an alert. */
export function alertTold(
  targets: readonly AlertTarget[],
  rule: AlertRule,
  state: Alert['state'],
  telling: TellingAlert & { readonly textOf?: (text: Json) => string },
): Told[] {
  const { namespace, at, text, type = `alert.${state}`, data = {}, secrets = [], name, textOf } = telling;
  return targets.flatMap(({ channel, on, text: own, resolved = true }, number) => {
    if (channel === undefined || !on.includes(rule) || (state === 'resolved' && !resolved)) return [];
    const id = notificationId('alert', ...name, rule, state, String(number));
    const said = own === undefined || textOf === undefined ? text : textOf(own);
    const target = { kind: 'channel', channel } as const;
    return [{ id, namespace, type, target, at, text: said, data, secrets }];
  });
}
