/** What a run and its nodes have to tell by `notify` and `callback`: written with the decision that it tells of. */

import type { TaskError } from '../../errors.ts';
import type { Scope } from '../../expression/index.ts';
import type { JsonObject } from '../../json.ts';
import type { AlertTarget } from '../../notification/alert.ts';
import { type Told, tellMessage } from '../../notification/message.ts';
import {
  type NotificationTarget,
  type NotificationType,
  notificationId,
  notificationsAddress,
} from '../../notification/notification.ts';
import type { Plan, PlanNotification } from '../../plan.ts';
import type { Post } from '../../post.ts';
import { itemOf } from '../../prepare.ts';
import type { RunHeader } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import { errorScope, runScope } from '../../scope.ts';
import type { NodePlace } from '../node/node-place.ts';
import type { Turn } from '../turn.ts';
import { runData, textOf } from './content.ts';
import { alertEndPosts } from './run-alert.ts';

type Occasion = PlanNotification['on'][number];

/** Longest text that is sent, characters. */
const MAX_TEXT = 10_000;

const RUN_END = {
  succeeded: { occasion: 'success', type: 'run.succeeded' },
  failed: { occasion: 'failure', type: 'run.failed' },
  cancelled: { occasion: undefined, type: 'run.cancelled' },
} as const satisfies Record<string, { occasion: Occasion | undefined; type: NotificationType }>;

/** The run has ended. */
export function notifyRunEnd(turn: Turn, run: RunState): void {
  const scope = runScope(run, turn.now);
  const rules = turn.facts.alertsOf?.(run.header.namespace, run.header.workflow) ?? [];
  for (const post of runEndPosts(run.header, run.plan, { scope, rules })) turn.post(post);
  for (const post of alertEndPosts(run.header, run.plan, rules)) turn.post(post);
}

/** The run has passed its deadline. What rules tell of it is an alert. */
export function notifyRunLate(turn: Turn, run: RunState): void {
  const { header, plan } = run;
  const wanted = (plan.notify ?? []).filter(({ on }) => on.includes('late'));
  const moment = { header, plan, type: 'run.late' as const, at: turn.now, scope: runScope(run, turn.now) };
  post(
    turn,
    run,
    wanted.map((one, at) => toldOf({ ...moment, name: `late ${at}`, notify: one })),
  );
}

export interface NodeMoment {
  readonly occasion: Occasion;
  readonly error?: TaskError;
}

const NODE_TYPES = {
  success: 'node.succeeded',
  failure: 'node.failed',
  retry: 'node.retrying',
  late: 'node.overdue',
} as const;

/** Something has happened to a node. A fan-out tells of its end as a whole, and of retries of its nodes. */
export function notifyNode(turn: Turn, place: NodePlace, { occasion, error }: NodeMoment): void {
  const { run, task, record, index } = place;
  if (task.notify === undefined || occasion === 'recovered') return;
  const wanted = task.notify.filter(({ on }) => on.includes(occasion));
  if (wanted.length === 0) return;
  const self = new Map(errorScope(error ?? { code: 'internal', message: '' }, record.attempt, 1));
  if (error === undefined)
    self.set('self', { error: null, status: record.state, attempt: record.attempt, iteration: 1 });
  const item = index === record.task ? undefined : itemOf(run, record, task);
  const node = { task: task.id, ...(item ? { index: item.index } : {}), attempt: record.attempt };
  const moment = {
    header: run.header,
    plan: run.plan,
    type: NODE_TYPES[occasion],
    at: turn.now,
    scope: runScope(run, turn.now, item, self),
    node: { ...node, error: error ? { code: error.code, message: error.message } : null },
  };
  const name = `${index} ${record.generation} ${record.attempt} ${occasion}`;
  post(
    turn,
    run,
    wanted.map((one, at) => toldOf({ ...moment, name: `${name} ${at}`, notify: one })),
  );
}

function post(turn: Turn, { header }: RunState, told: readonly Told[]): void {
  if (told.length === 0) return;
  const to = notificationsAddress(header.namespace, header.workflow);
  turn.post({ kind: 'message', message: tellMessage(to, told) });
}

/** What the end of a run has to tell. Without a scope (the engine failed on the run) texts are the plain ones. */
export function runEndPosts(
  header: RunHeader,
  plan: Plan | undefined,
  { scope, rules }: { readonly scope?: Scope; readonly rules: readonly AlertTarget[] },
): Post[] {
  const { status, namespace, workflow, finishedAt: at = 0 } = header;
  if (status !== 'succeeded' && status !== 'failed' && status !== 'cancelled') return [];
  const { occasion, type } = RUN_END[status];
  const own = plan?.notify ?? [];
  const all: readonly AlertTarget[] = [...own, ...rules];
  const moment = { header, plan, at, ...(scope ? { scope } : {}) };
  const told = all.flatMap(({ channel, on, text }, number) => {
    if (channel === undefined) return [];
    const notify = { channel, ...(text === undefined ? {} : { text }) };
    const name = `end ${number}`;
    // Each failure is told to whom the workflow itself names, and to others that it has begun to fail.
    const first = number >= own.length && occasion === 'failure' ? { onlyIfFirst: true } : {};
    if (occasion && on.includes(occasion))
      return [{ ...toldOf({ ...moment, type, name, notify }), ...first }];
    if (status !== 'succeeded' || !on.includes('recovered')) return [];
    return [{ ...toldOf({ ...moment, type: 'run.recovered', name, notify }), onlyIfRecovered: true }];
  });
  if (plan?.callback) told.push(...calledBack(moment, type, plan.callback));
  const remembers = all.some(({ on }) => on.includes('recovered'));
  const isAlert = rules.some(({ on }) => on.includes('failure'));
  if (told.length === 0 && !remembers && !isAlert) return [];
  const end = { run: header.id, status, at, ...(isAlert ? { alert: plainText(header, type) } : {}) };
  const to = notificationsAddress(namespace, workflow);
  return [{ kind: 'message', message: tellMessage(to, told, end) }];
}

interface Moment {
  readonly header: RunHeader;
  readonly plan: Plan | undefined;
  readonly at: number;
  readonly scope?: Scope;
}

/** An address that cannot be resolved is told as it stands: the delivery then fails, and a person sees why. */
function calledBack(
  moment: Moment,
  type: NotificationType,
  { url, secret }: NonNullable<Plan['callback']>,
): Told[] {
  const resolved = textOf(url, moment.scope);
  const target = {
    kind: 'callback',
    url: resolved.text,
    ...(secret === undefined ? {} : { secret }),
  } as const;
  return [notificationOf(moment, { type, name: 'callback', target, text: plainText(moment.header, type) })];
}

function toldOf({
  type,
  name,
  notify,
  node,
  ...moment
}: Moment & {
  readonly type: NotificationType;
  readonly name: string;
  readonly notify: Pick<PlanNotification, 'channel' | 'text'>;
  readonly node?: JsonObject & { readonly task: string };
}): Told {
  const plain = plainText(moment.header, type, node);
  const given = notify.text === undefined ? undefined : textOf(notify.text, moment.scope);
  const text =
    given === undefined ? plain : given.error === undefined ? given.text : `${plain}\n${given.error}`;
  const target = { kind: 'channel', channel: notify.channel } as const;
  return notificationOf(moment, { type, name, target, text, ...(node ? { node } : {}) });
}

interface Content {
  readonly type: NotificationType;
  readonly name: string;
  readonly target: NotificationTarget;
  readonly text: string;
  readonly node?: JsonObject;
}

function notificationOf({ header, plan, at }: Moment, { type, name, target, text, node }: Content): Told {
  const { id, namespace, retries = 0 } = header;
  return {
    id: notificationId(id, String(retries), name),
    namespace,
    type,
    target,
    at,
    text: text.slice(0, MAX_TEXT),
    data: { ...runData(header, target.kind === 'callback'), ...(node ? { node } : {}) },
    secrets: plan?.secrets ?? [],
  };
}

const WORDS: Partial<Record<NotificationType, string>> = {
  'run.succeeded': 'succeeded',
  'run.failed': 'failed',
  'run.cancelled': 'was cancelled',
  'run.recovered': 'succeeded again, after a failure',
  'run.late': 'is late: it has passed its deadline',
  'node.succeeded': 'succeeded',
  'node.failed': 'failed',
  'node.retrying': 'failed and is tried again',
  'node.overdue': 'is late: it has passed its deadline',
};

function plainText(
  { workflow, id, error }: RunHeader,
  type: NotificationType,
  node?: JsonObject & { readonly task: string },
): string {
  const about = node === undefined ? `run ${id}` : `task ${node.task}, run ${id},`;
  const line = `${workflow}: ${about} ${WORDS[type] ?? type}`;
  if (type === 'run.failed' && error) return `${line}: ${error.message}`;
  const own = node?.['error'];
  const why =
    typeof own === 'object' && own !== null && 'message' in own ? String(own['message']) : undefined;
  return why === undefined ? line : `${line}: ${why}`;
}
