/**
 * Alerts of the installation, from what somebody has seen: a queue is stuck until it is not, and a worker is lost until one of its name, or
 * another that serves its queues, has come, or for an hour.
 */
import type { Json } from '../../json.ts';
import type { ActorMessage } from '../../message.ts';
import {
  type AlertNews,
  type AlertRule,
  alertTold,
  isAlertField,
  readAlert,
} from '../../notification/alert.ts';
import type { Told } from '../../notification/message.ts';
import { INSTALLATION } from '../../notification/notification.ts';
import { GAP_MS, type Observed, readWatch, WATCH, type WatchDocument } from '../../notification/watch.ts';
import type { Turn } from '../turn.ts';
import { noteAlert } from './alert.ts';

type Tell = (told: readonly Told[]) => void;

/** Who came so shortly before a worker was lost may stand in for it, ms. */
const BEFORE_MS = 30_000;
const FORGET_MS = 60 * 60_000;
/** Wakes the actor to forget a worker that was lost; its name follows. */
export const FORGET_LOST = 'lost-';

export function takeObserved(turn: Turn, { to, body }: ActorMessage, tell: Tell): void {
  // Written by `observedMessage`.
  const seen = body['observed'] as unknown as Observed;
  const known = readWatch(turn.actor(to));
  if (known && seen.at <= known.at) return;
  const next = judgeWorkers(seen, known, (change) => note(turn, to, change, tell));
  turn.setDocument(to, WATCH, next as unknown as Json);
  for (const name of Object.keys(next.lost))
    if (!known || !Object.hasOwn(known.lost, name))
      turn.setActorTimer(to, FORGET_LOST + encodeURIComponent(name), turn.now + FORGET_MS);
  noteQueues(turn, to, seen, tell);
}

/** A worker was lost long ago. */
export function forgetLost(turn: Turn, address: string, timer: string, tell: Tell): void {
  const name = decodeURIComponent(timer.slice(FORGET_LOST.length));
  const known = readWatch(turn.actor(address));
  if (!known || !Object.hasOwn(known.lost, name)) return;
  const { [name]: _, ...lost } = known.lost;
  turn.setDocument(address, WATCH, { ...known, lost } as unknown as Json);
  note(
    turn,
    address,
    resolved('worker_lost', name, `worker ${name}: it was lost an hour ago, and is waited for no longer`),
    tell,
  );
}

interface Change {
  readonly rule: AlertRule;
  readonly subject: string;
  readonly state: AlertNews['state'];
  readonly text: string;
}

const firing = (rule: AlertRule, subject: string, text: string): Change => ({
  rule,
  subject,
  state: 'firing',
  text,
});
const resolved = (rule: AlertRule, subject: string, text: string): Change => ({
  rule,
  subject,
  state: 'resolved',
  text,
});

function note(turn: Turn, address: string, { rule, subject, state, text }: Change, tell: Tell): void {
  const at = turn.now;
  const targets = turn.facts.alertsOf?.('', INSTALLATION) ?? [];
  const name = [subject, String(at)];
  const told = alertTold(targets, rule, state, { namespace: 'default', at, text, name });
  noteAlert(turn, address, { news: { rule, subject, state, since: at, at, summary: text }, told, tell });
}

type Note = (change: Change) => void;

function judgeWorkers(seen: Observed, known: WatchDocument | undefined, tell: Note): WatchDocument {
  const before = known?.workers ?? {};
  const isGap = known === undefined || seen.at - known.at > GAP_MS;
  const workers = new Map(
    Object.entries(seen.workers).map(([session, worker]) => {
      const old = Object.hasOwn(before, session) ? before[session] : undefined;
      return [session, { ...worker, freshAt: old ? old.freshAt : isGap ? undefined : seen.at }];
    }),
  );
  const lost = new Map(Object.entries(known?.lost ?? {}));
  for (const [session, { name, queues }] of Object.entries(before)) {
    if (isGap || workers.has(session) || seen.left.includes(session) || lost.has(name)) continue;
    lost.set(name, queues);
  }
  for (const [name, queues] of [...lost]) {
    const isNew = !Object.hasOwn(known?.lost ?? {}, name);
    const standIn = findStandIn(workers, { name, queues, since: isNew ? seen.at - BEFORE_MS : 0 });
    if (standIn === undefined) {
      if (isNew)
        tell(
          firing(
            'worker_lost',
            name,
            `worker ${name} is gone, and has not left: it served ${queues.join(', ') || 'no queue'}`,
          ),
        );
      continue;
    }
    workers.set(standIn.session, { ...standIn.worker, freshAt: undefined });
    lost.delete(name);
    const who = standIn.worker.name === name ? 'it is back' : `${standIn.worker.name} has come in its place`;
    if (!isNew) tell(resolved('worker_lost', name, `worker ${name} was lost: ${who}`));
  }
  return { at: seen.at, workers: Object.fromEntries(workers), lost: Object.fromEntries(lost) };
}

type Seen = Observed['workers'][string] & { readonly freshAt?: number | undefined };

function findStandIn(
  workers: ReadonlyMap<string, Seen>,
  {
    name,
    queues,
    since,
  }: { readonly name: string; readonly queues: readonly string[]; readonly since: number },
): { readonly session: string; readonly worker: Seen } | undefined {
  const all = [...workers].map(([session, worker]) => ({ session, worker }));
  return (
    all.find(({ worker }) => worker.name === name) ??
    all.find(({ worker: { freshAt, queues: served } }) => {
      return freshAt !== undefined && freshAt >= since && queues.every((queue) => served.includes(queue));
    })
  );
}

function noteQueues(turn: Turn, address: string, { stuck }: Observed, tell: Tell): void {
  const names = new Set(stuck.map(({ queue }) => queue));
  const known = new Set<string>();
  for (const [field, value] of [...turn.actor(address)]) {
    const alert = isAlertField(field) ? readAlert(value) : undefined;
    if (alert?.rule !== 'queue_stuck' || alert.state !== 'firing') continue;
    known.add(alert.subject);
    const text = `queue ${alert.subject}: it goes on`;
    if (!names.has(alert.subject)) note(turn, address, resolved('queue_stuck', alert.subject, text), tell);
  }
  for (const { queue, summary } of stuck)
    if (!known.has(queue)) note(turn, address, firing('queue_stuck', queue, summary), tell);
}
