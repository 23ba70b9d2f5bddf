/**
 * What fires: an actor keeps an alert from its begin to its end, and for a while after it. Whoever sees the same once more
 * changes nothing but the count; who is to be told comes with the news, and is told by the same commit that notes it.
 */
import type { Json } from '../../json.ts';
import type { ActorMessage } from '../../message.ts';
import {
  type Alert,
  type AlertNews,
  type AlertRule,
  alertData,
  alertField,
  alertId,
  readAlert,
  readNews,
} from '../../notification/alert.ts';
import type { Told } from '../../notification/message.ts';
import type { Turn } from '../turn.ts';

type Tell = (told: readonly Told[]) => void;

export function alertOf(turn: Turn, address: string, rule: AlertRule, subject: string): Alert | undefined {
  return readAlert(turn.actor(address).get(alertField(rule, subject)));
}

function save(turn: Turn, address: string, alert: Alert): void {
  turn.setDocument(address, alertField(alert.rule, alert.subject), alert as unknown as Json);
}

/** `alert`: news of an alert, with what is to be told of it. */
export function takeAlert(turn: Turn, { to, body }: ActorMessage, tell: Tell): void {
  const news = readNews(body['alert']);
  if (news) noteAlert(turn, to, { news, told: body['notifications'] as unknown as readonly Told[], tell });
}

export interface Noting {
  readonly news: AlertNews;
  readonly told: readonly Told[];
  readonly tell: Tell;
}

export function noteAlert(turn: Turn, address: string, noting: Noting): void {
  const known = alertOf(turn, address, noting.news.rule, noting.news.subject);
  if (noting.news.state === 'firing') fire(turn, address, known, noting);
  else resolve(turn, address, known, noting);
}

function fire(turn: Turn, address: string, known: Alert | undefined, { news, told, tell }: Noting): void {
  const { rule, subject, since, summary, run } = news;
  const id = alertId(address, news);
  if (known?.id === id) {
    if (!known.early) return;
    const { early, ...ended } = known;
    save(turn, address, ended);
    tell(withAlert(told, { ...ended, state: 'firing' }));
    return tell(withAlert(early, ended));
  }
  const about = run === undefined ? {} : { run };
  if (known?.state === 'firing')
    return save(turn, address, { ...known, summary, count: known.count + 1, ...about });
  // It was over, and this is from before that.
  if (known && since <= (known.resolvedAt ?? 0)) return;
  const alert: Alert = { id, rule, subject, state: 'firing', since, summary, count: 1, ...about };
  save(turn, address, alert);
  tell(withAlert(told, alert));
}

function resolve(turn: Turn, address: string, known: Alert | undefined, { news, told, tell }: Noting): void {
  const { rule, subject, since, at, summary, run } = news;
  if (known?.state === 'resolved' && known.since >= since) return;
  if (known?.state === 'firing') {
    if (at < known.since) return;
    const ended: Alert = { ...known, state: 'resolved', resolvedAt: at };
    save(turn, address, ended);
    return tell(withAlert(told, ended));
  }
  const about = run === undefined ? {} : { run };
  const id = alertId(address, news);
  save(turn, address, {
    id,
    rule,
    subject,
    state: 'resolved',
    since,
    resolvedAt: at,
    summary,
    count: 1,
    early: told,
    ...about,
  });
}

export function withAlert(told: readonly Told[], alert: Alert): Told[] {
  return told.map((one) => ({ ...one, data: { ...one.data, alert: alertData(alert) } }));
}
