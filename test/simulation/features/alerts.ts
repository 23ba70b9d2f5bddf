/** Rules of the installation: a workflow that begins to fail, and a run that is late or slow, are told of once, and so is the end of that. */
import { isJsonObject, type JsonObject } from '../../../engine/core/json.ts';
import type { AlertTarget } from '../../../engine/core/notification/alert.ts';
import type { Notification } from '../../../engine/core/notification/notification.ts';
import { RUN_SAMPLES, type RunSample } from '../../../engine/core/progress/run-sample.ts';
import { newRunId } from '../../../engine/core/run-id.ts';
import { isRunEnd } from '../checker/invariant.ts';
import type { DurableEvent, Evidence, FeaturedRun } from '../evidence.ts';
import { eventsOf, type Feature } from './feature.ts';
import type { FeaturedWorkflow } from './featured-workflow.ts';

const ALARM = 'alarm';
/** Rules are by workflow: the names of these end so. */
const ALARMED = '-alarmed';
const RULES: readonly AlertTarget[] = [{ channel: ALARM, on: ['failure', 'recovered', 'late', 'slow'] }];
/** Of the alarmed workflows one in so many has a run that takes longer than those before it did. */
const SLOW_EVERY = 3;
/** Waited for by a slow run: long enough that whoever drives it learns what is usual, ms. */
const SLOW_MS = 90_000;
/** What the runs before it took, ms. */
const USUAL_MS = 1_000;
/** Nothing is slow that takes less: a tenth and ten seconds beyond what is usual, ms. */
const SLOW_AFTER_MS = 1.1 * USUAL_MS + 10_000;
/**
 * After the last fault an orchestrator may think for as long that nothing is known: it asks again every half minute, and what could not be
 * read is read again then, ms.
 */
const LEARNED_AFTER_MS = 65_000;

/** What the simulated installation wants to be told of a workflow. */
export function rulesOf(_namespace: string, workflow: string): readonly AlertTarget[] {
  return workflow.endsWith(ALARMED) ? RULES : [];
}

const SLOW = 'is slow';

/** What runs before the simulation have taught. */
export function formerRuns({ draft, plan: { namespace, name: workflow } }: FeaturedWorkflow): RunSample[] {
  if (!draft.notes.has(SLOW)) return [];
  return Array.from({ length: RUN_SAMPLES }, (_, i) => ({
    run: newRunId(i, new Uint8Array(10)),
    namespace,
    workflow,
    ms: USUAL_MS,
    tasks: {},
  }));
}

export const alerts: Feature = {
  name: 'alerts',
  share: 0.25,
  plant(draft) {
    draft.head.name += ALARMED;
    draft.head.deadlineMs ??= draft.dice.int(500, 6_000);
    if (draft.head.deadlineMs % SLOW_EVERY > 0) return;
    draft.addWork({ edges: [], action: { uses: 'wait', with: { for: `${SLOW_MS}ms` } } });
    draft.notes.set(SLOW, true);
  },
  happened: (run, evidence) => toldOf(run, evidence).length > 0,
  *check(run, evidence) {
    // What was decided and lost with the store is decided again, perhaps otherwise.
    if (evidence.wentBack) return;
    yield* failures(run, evidence);
    yield* lateness(run, evidence);
    yield* slowness(run, evidence);
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

interface End {
  readonly run: string;
  /** Which end of the run it is, from 1. */
  readonly attempt: number;
  readonly at: number;
  readonly type: DurableEvent['type'];
}

/** Of all runs of the workflow, those that were cancelled left out, in order. */
function endsOf(workflow: string, { featured }: Evidence): End[] {
  return featured
    .filter(({ plan }) => plan.name === workflow)
    .flatMap(({ id, events }) =>
      events.filter(isRunEnd).map(({ at, type }, i) => ({ run: id, attempt: i + 1, at, type })),
    )
    .filter(({ type }) => type !== 'run.cancelled')
    .sort((a, b) => a.at - b.at);
}

/** By the episodes of a workflow: the first failure of each is told, and the success that ends it, both as ends of the same alert. */
function* failures(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const workflow = run.plan.name;
  // The episodes are its workflow's: one run speaks for all.
  if (evidence.featured.find(({ plan }) => plan.name === workflow) !== run) return;
  const ends = endsOf(workflow, evidence);
  // What ended at the same time may have been taken in either order.
  if (ends.some(({ at }, i) => at === ends[i - 1]?.at)) return;
  const told = toldOf(run, evidence);
  const idsOf = (type: Notification['type'], end: End) =>
    told.filter(
      (one) => one.type === type && one.data['run'] === end.run && one.data['attempt'] === end.attempt,
    );
  let episode: unknown;
  const episodes = new Set<unknown>();
  for (const [i, end] of ends.entries()) {
    const turns = (ends[i - 1]?.type ?? 'run.succeeded') !== end.type;
    for (const type of ['run.failed', 'run.recovered'] as const) {
      const wanted = turns && (type === 'run.failed') === (end.type === 'run.failed') ? 1 : 0;
      const seen = idsOf(type, end);
      const count = countOf(seen, () => true);
      if (count !== wanted)
        yield `${end.type} of ${end.run} (end ${end.attempt}) was told ${count} times as ${type} instead of ${wanted}`;
      const [alert] = seen.map(alertOf);
      if (wanted === 0 || alert === undefined) continue;
      if (type === 'run.recovered' && alert['id'] !== episode)
        yield `${type} ends another alert than the one that fired`;
      if (type === 'run.failed' && episodes.has(alert['id']))
        yield `${type} is told of an alert that is over`;
      episode = alert['id'];
      episodes.add(episode);
    }
  }
}

function alertOf({ data: { alert } }: Notification): JsonObject {
  return isJsonObject(alert) ? alert : {};
}

function* lateness(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const told = toldOf(run, evidence).filter(({ data }) => data['run'] === run.id);
  const isLate = (type: string) => (one: Notification) =>
    alertOf(one)['rule'] === 'late' && one.type === type;
  const late = eventsOf(run, 'run.late').length;
  const begun = countOf(told, isLate('run.late'));
  const over = countOf(told, isLate('alert.resolved'));
  if (begun !== late) yield `was late ${late} times, which was told ${begun} times`;
  if (over !== late) yield `was late ${late} times, and ${over} times it was told that this is over`;
}

/** A run that nobody took up again is told of once if it was slow, and never if it was not. */
function* slowness(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const told = toldOf(run, evidence).filter(
    (one) => one.data['run'] === run.id && alertOf(one)['rule'] === 'slow',
  );
  const begun = countOf(told, ({ type }) => type === 'alert.firing');
  const over = countOf(told, ({ type }) => type === 'alert.resolved');
  const since = told.map((one) => Date.parse(String(alertOf(one)['since'])));
  const [begin = run.header.createdAt] = eventsOf(run, 'run.started').map(({ at }) => at);
  const end = run.events.find(isRunEnd)?.at ?? begin;
  const isSlow = end - begin > SLOW_AFTER_MS;
  if (begun > (run.draft.notes.has(SLOW) && isSlow ? 1 : 0))
    yield `took ${end - begin} ms, and ${begun} times it was told that this is slow`;
  if (since.some((at) => at - begin < SLOW_AFTER_MS)) yield `was told to be slow before it was`;
  if (over !== begun) yield `${begun} times it was told that it is slow, and ${over} times that this is over`;
  // What is usual changes with the first slow run that succeeds.
  const isFirst = evidence.featured.every(({ plan, events }) => {
    return (
      plan.name !== run.plan.name || !events.some(({ type, at }) => type === 'run.succeeded' && at < end)
    );
  });
  const mustBeTold = isFirst && isSlow && end - Math.max(begin, evidence.faultsOverAt) > LEARNED_AFTER_MS;
  if (run.draft.notes.has(SLOW) && mustBeTold && begun === 0)
    yield `took ${end - begin} ms, and nobody was told that this is slow`;
}

/** Of each alert the begin is delivered first. */
function* endsBeforeBegins(run: FeaturedRun, evidence: Evidence): Iterable<string> {
  const seen = new Set<unknown>();
  for (const one of toldOf(run, evidence)) {
    const { type } = one;
    const { id } = alertOf(one);
    if (id === undefined) continue;
    const isEnd = type === 'alert.resolved' || type === 'run.recovered';
    if (isEnd && !seen.has(id)) yield `${type} was delivered before what it ends`;
    seen.add(id);
  }
}
