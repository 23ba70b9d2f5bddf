/** Rules of the installation: a workflow that begins to fail, and a run that is late, are told of once, and so is the end of that. */

import type { AlertTarget } from '../../../engine/core/notification/alert.ts';
import type { Notification } from '../../../engine/core/notification/notification.ts';
import { isRunEnd } from '../checker/invariant.ts';
import type { Evidence, FeaturedRun } from '../evidence.ts';
import { eventsOf, type Feature } from './feature.ts';

const ALARM = 'alarm';
/** Rules are by workflow: the names of these end so. */
const ALARMED = '-alarmed';
const RULES: readonly AlertTarget[] = [{ channel: ALARM, on: ['failure', 'recovered', 'late'] }];

/** What the simulated installation wants to be told of a workflow. */
export function rulesOf(_namespace: string, workflow: string): readonly AlertTarget[] {
  return workflow.endsWith(ALARMED) ? RULES : [];
}

export const alerts: Feature = {
  name: 'alerts',
  share: 0.25,
  plant(draft) {
    draft.head.name += ALARMED;
    draft.head.deadlineMs ??= draft.dice.int(500, 6_000);
  },
  happened: (run, evidence) => toldOf(run, evidence).length > 0,
  *check(run, evidence) {
    // What was decided and lost with the store is decided again, perhaps otherwise.
    if (evidence.wentBack) return;
    yield* failures(run, evidence);
    yield* lateness(run, evidence);
    yield* endsBeforeBegins(run, evidence);
  },
};

/** Told by the installation's rules, not by the workflow's own. */
export function isOfRules({ target }: Notification): boolean {
  return target.kind === 'channel' && target.channel === ALARM;
}

function toldOf(run: FeaturedRun, { ledger }: Evidence): Notification[] {
  return ledger.deliveries.filter((one) => isOfRules(one) && one.data['workflow'] === run.plan.name);
}

/** Under how many ids; each may have been delivered several times. */
function countOf(told: readonly Notification[], wanted: (one: Notification) => boolean): number {
  return new Set(told.filter(wanted).map(({ id }) => id)).size;
}

function* failures(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const ends = evidence.featured
    .filter(({ plan }) => plan.name === run.plan.name)
    .flatMap(({ events }) => events.filter(isRunEnd))
    .filter(({ type }) => type !== 'run.cancelled')
    .sort((a, b) => a.at - b.at);
  const told = toldOf(run, evidence);
  const failed = countOf(told, ({ type }) => type === 'run.failed');
  const recovered = countOf(told, ({ type }) => type === 'run.recovered');
  const last = ends.at(-1)?.type;
  const began = ends.filter(({ type }, i) => type === 'run.failed' && ends[i - 1]?.type !== type).length;
  if (failed > began) yield `${began} times it began to fail, and ${failed} times that was told`;
  const firing = failed - recovered;
  // What ended at the same time may have been taken in either order.
  if (ends.length > 1 && ends.at(-2)?.at === ends.at(-1)?.at) return;
  if (last === 'run.failed' && firing !== 1)
    yield `fails, and ${failed} failures, ${recovered} recoveries were told`;
  if (last === 'run.succeeded' && firing !== 0)
    yield `succeeds again, and ${failed} failures, ${recovered} recoveries were told`;
}

function* lateness(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const told = toldOf(run, evidence).filter(({ data }) => data['run'] === run.id);
  const ruleOf = ({ data: { alert } }: Notification) =>
    typeof alert === 'object' && alert !== null && 'rule' in alert ? alert['rule'] : undefined;
  const isLate = (type: string) => (one: Notification) => ruleOf(one) === 'late' && one.type === type;
  const late = eventsOf(run, 'run.late').length;
  const begun = countOf(told, isLate('run.late'));
  const over = countOf(told, isLate('alert.resolved'));
  if (begun !== late) yield `was late ${late} times, which was told ${begun} times`;
  if (over !== late) yield `was late ${late} times, and ${over} times it was told that this is over`;
}

/** Of each alert the begin is delivered first. */
function* endsBeforeBegins(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const seen = new Set<unknown>();
  for (const { type, data } of toldOf(run, evidence)) {
    const { alert } = data;
    const id = typeof alert === 'object' && alert !== null && 'id' in alert ? alert['id'] : undefined;
    if (id === undefined) continue;
    const isEnd = type === 'alert.resolved' || type === 'run.recovered';
    if (isEnd && !seen.has(id)) yield `${type} was delivered before what it ends`;
    seen.add(id);
  }
}
