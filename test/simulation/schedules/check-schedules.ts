/**
 * What must hold of schedules: each tick that was promised has exactly one run, runs of one schedule overlap only as they
 * may, each success is followed once, what was removed stays removed, and nothing hangs. Ticks are those of the pure `tick.ts`.
 *
 * A store that went back to an earlier state has lost that a schedule was set, or counts what it does again. Excused are
 * then: ticks until it was applied again, if it was lost, and what a message of the lost history, on its way meanwhile, has
 * started: a run beside one whose end was lost, and a follower of a success that was lost.
 */
import { isRunEnded } from '../../../engine/core/node-state.ts';
import type { RunHeader } from '../../../engine/core/run-header.ts';
import { tickSpec } from '../../../engine/core/schedule/document.ts';
import { nextTick, ticksBetween } from '../../../engine/core/schedule/tick.ts';
import type { ScheduleView } from '../../../engine/runtime/schedules.ts';
import { addressOf, type Promises } from './people.ts';
import { OVERLAPS, type Workflows } from './workflows.ts';

/** A tick is taken up so long after it at the latest, when there is no trouble, ms. */
const LATEST_MS = 1_000;

export interface ScheduleEvidence {
  /** All runs, at the end. */
  readonly headers: readonly RunHeader[];
  readonly views: readonly ScheduleView[];
  readonly promises: Promises;
  readonly workflows: Workflows;
}

export function checkSchedules(evidence: ScheduleEvidence): string[] {
  const { headers } = evidence;
  const open = headers.filter(({ status }) => !isRunEnded(status));
  return [
    ...open.map(({ workflow, id, status }) => `run ${id} of ${workflow} is still ${status}`),
    ...OVERLAPS.flatMap((_, number) => [...checkSchedule(evidence, number)]),
    ...checkFollower(evidence),
    ...checkRemoved(evidence),
  ];
}

interface Started {
  readonly header: RunHeader;
  readonly tick: number;
}

function startedBy(address: string, headers: readonly RunHeader[]): Started[] {
  return headers
    .filter(({ trigger }) => trigger['schedule'] === address)
    .map((header) => ({ header, tick: Date.parse(String(header.trigger['logical_time'])) }))
    .sort((a, b) => a.tick - b.tick);
}

function* checkSchedule(evidence: ScheduleEvidence, number: number): Generator<string> {
  const { headers, views, promises } = evidence;
  const view = views.find(({ address }) => address === addressOf(number));
  if (!view) return yield `schedule ${number} is not there`;
  const { trigger } = view.spec;
  if (trigger.kind !== 'every') return yield `schedule ${number} is another`;
  const runs = startedBy(view.address, headers);
  const say = (what: string) => `${trigger.overlap}, every ${trigger.everyMs} ms: ${what}`;
  if (runs.length === 0) yield say('nothing was started');
  if (new Set(runs.map(({ tick }) => tick)).size < runs.length) yield say('a tick has two runs');
  for (const { tick } of runs) {
    if (nextTick(tickSpec(trigger), tick - 1) !== tick) yield say(`${tick} is no tick`);
    if (tick < promises.askedAt) yield say(`${tick} was before it was applied`);
    if (tick > (promises.pausedAt.get(number) ?? 0)) yield say(`${tick} was after it was paused`);
  }
  yield* checkPromised(evidence, view, runs).map(say);
  if (view.state.active.length > 0) yield say(`it still waits for ${view.state.active.length} runs`);
  if (trigger.overlap !== 'allow' && !promises.wentBack) yield* overlapping(runs).map(say);
}

function checkPromised(
  { promises }: ScheduleEvidence,
  view: ScheduleView,
  runs: readonly Started[],
): string[] {
  const { spec, state, number } = view;
  if (spec.trigger.kind === 'after') return [];
  const from = promises.setAt.get(number);
  if (from === undefined) return ['it was never set'];
  const known = new Set([...state.queue, ...runs.map(({ tick }) => tick)]);
  // A pause may come before the tick that fell due a moment earlier.
  const until = Math.max(state.cursor + 1, (state.paused?.at ?? 0) - LATEST_MS);
  const promised = ticksBetween(tickSpec(spec.trigger), Math.ceil(from), until, 100_000);
  const missing = promised.filter((tick) => !known.has(tick));
  const maySkip = spec.trigger.kind === 'every' && ['skip', 'replace'].includes(spec.trigger.overlap);
  const excused = maySkip ? state.skipped : 0;
  return missing.length > excused
    ? [
        `${missing.length} of ${promised.length} ticks have no run (${new Date(missing[0] ?? 0).toISOString()}), ${excused} were skipped`,
      ]
    : [];
}

function overlapping(runs: readonly Started[]): string[] {
  const spans = runs
    .map(({ header }) => ({ from: header.createdAt, to: header.finishedAt ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.from - b.from);
  const wrong = spans.filter(({ from }, i) => i > 0 && from < (spans[i - 1]?.to ?? 0));
  return wrong.length > 0 ? [`${wrong.length} runs began before the one before had ended`] : [];
}

/** `after`: one run after each success. */
function* checkFollower({ headers, promises }: ScheduleEvidence): Generator<string> {
  const followed = headers
    .filter(({ workflow }) => workflow === 'report')
    .map(({ trigger }) => String(trigger['run_id']));
  const once = new Set(followed);
  if (once.size < followed.length) yield 'a success was followed twice';
  const succeeded = new Set(
    headers.filter((one) => one.workflow === 'etl' && one.status === 'succeeded').map(({ id }) => id),
  );
  const missing = [...succeeded].filter((run) => !once.has(run));
  if (missing.length > 0) yield `${missing.length} of ${succeeded.size} successes were not followed`;
  const strange = followed.filter((run) => !succeeded.has(run));
  if (strange.length > 0 && !promises.wentBack) yield `${strange.length} runs follow what was no success`;
}

function* checkRemoved({ headers, views, promises }: ScheduleEvidence): Generator<string> {
  if (views.some(({ workflow }) => workflow === 'gone')) yield 'what was removed is there again';
  for (const { workflow, trigger } of headers) {
    const tick = Date.parse(String(trigger['logical_time']));
    if (workflow === 'gone' && tick > promises.removedAt) yield `${tick} was after its workflow was removed`;
  }
}
