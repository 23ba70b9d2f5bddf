/** What people do to runs while they go on and after they have ended, and how runs end: handlers and compensation. */
import { SluiceError } from '../../../engine/core/errors.ts';
import { partOf, type RunPart } from '../../../engine/core/run-part.ts';
import { endOf, isRunEnd } from '../checker/invariant.ts';
import type { DurableEvent, FeaturedRun } from '../evidence.ts';
import type { HistoryEntry } from '../history.ts';
import { eventsOf, type Feature, type FeatureUser } from './feature.ts';

type Found = string | { what: string; node: number };

/** A refusal is an answer, too. */
async function ask(
  user: FeatureUser,
  message: Parameters<FeatureUser['client']['request']>[0],
): Promise<void> {
  await user.insist(() =>
    user.client.request(message, 1_500).catch((thrown: unknown) => {
      if (thrown instanceof SluiceError && thrown.code === 'node_not_found') return undefined;
      throw thrown;
    }),
  );
}

export const pausing: Feature = {
  name: 'pause',
  plant: () => {},
  async act(user) {
    const { random, sleep, run } = user;
    for (let i = random.int(1, 2); i > 0; i--) {
      await sleep(random.between(50, 2_000));
      await ask(user, { type: 'pause', run });
      await sleep(random.between(100, 3_000));
      await ask(user, { type: 'resume', run });
    }
    // A pause whose answer was lost has taken effect all the same.
    for (let i = 0; i < 40 && !(await user.hasEnded()); i++) {
      await sleep(2_000);
      await ask(user, { type: 'resume', run });
    }
  },
  happened: (run) => eventsOf(run, 'run.paused').length > 0,
  *check(run, { history }) {
    let isPaused = false;
    let pausedAt = 0;
    for (const { type, seq, node = -1, entry } of run.events) {
      if (type === 'run.paused') pausedAt = entry;
      if (type === 'run.paused') isPaused = true;
      if (type === 'run.resumed' || type === 'run.cancelling') isPaused = false;
      if (
        isPaused &&
        (type === 'node.queued' || type === 'node.expanded') &&
        !wasGoneOnWith(history, run.id, node, pausedAt)
      )
        yield { what: `${type} (seq ${seq}) while the run was paused`, node };
    }
  },
};

/** A worker had gone on with it in its chain before the pause was durable. */
function wasGoneOnWith(
  history: readonly HistoryEntry[],
  run: string,
  node: number,
  pausedAt: number,
): boolean {
  return history
    .slice(0, pausedAt)
    .some((entry) => entry.kind === 'claim' && entry.joined && entry.flight.startsWith(`${run}:${node}:`));
}

async function untilEnded({ hasEnded, sleep }: FeatureUser): Promise<boolean> {
  for (let i = 0; i < 60; i++) {
    if (await hasEnded()) return true;
    await sleep(1_000);
  }
  return false;
}

export const retrying: Feature = {
  name: 'retry verb',
  plant(draft) {
    draft.addWork({ action: { uses: 'sim', with: { fail: 0.6 } } });
  },
  async act(user) {
    const { random, run, draft } = user;
    for (let i = random.int(1, 3); i > 0 && (await untilEnded(user)); i--) {
      const task = random.pick(draft.tasks).id;
      const scope = random.pick(['failed', 'failed', 'from', 'node', 'all'] as const);
      await ask(user, {
        type: 'retry',
        run,
        scope,
        ...(scope === 'from' || scope === 'node' ? { nodes: [task] } : {}),
      });
      await user.sleep(random.between(100, 2_000));
    }
  },
  happened: (run) => eventsOf(run, 'run.retried').length > 0,
  *check(run) {
    if (run.header.retries !== undefined && run.header.retries !== eventsOf(run, 'run.retried').length)
      yield `the header says ${run.header.retries} retries`;
    for (const events of takings(run))
      if (events.filter(isRunEnd).length > 1) yield 'more than one end of one taking-up';
  },
};

export const marking: Feature = {
  name: 'mark',
  plant: () => {},
  async act(user) {
    const { random, run, draft } = user;
    await user.sleep(random.between(0, 4_000));
    const as = random.pick(['succeeded', 'failed', 'skipped'] as const);
    const node = random.pick(draft.tasks).id;
    await ask(user, { type: 'mark', run, node, as, by: 'user' });
  },
  happened: (run) => eventsOf(run, 'node.marked').length > 0,
  *check(run) {
    for (const [i, { type, node, detail }] of run.events.entries()) {
      if (type !== 'node.marked') continue;
      const next = run.events[i + 1];
      if (next?.node !== node || next?.type !== `node.${detail?.as}`)
        yield { what: `marked as ${detail?.as}, then ${next?.type}`, node: node ?? -1 };
    }
  },
};

export const handlers: Feature = {
  name: 'handlers',
  share: 0.4,
  plant(draft) {
    draft.addEnd('on_success', { id: 'when_good' });
    draft.addEnd('on_failure', { id: 'when_bad', action: { uses: 'sim', with: { fail: 0.3 } } });
    draft.addEnd('on_finish', { id: 'at_last' });
  },
  happened: (run) => eventsOf(run, 'run.finishing').length > 0,
  *check(run) {
    yield* partsInOrder(run);
    for (const events of takings(run)) yield* handlersOf(run, events);
  },
};

function* handlersOf(run: FeaturedRun, events: readonly DurableEvent[]): Iterable<Found> {
  const end = events.find(isRunEnd);
  // A run that its limit rejected has done nothing, so there is nothing to handle.
  const isRejected = events.some(
    ({ type, detail }) => type === 'run.cancelling' && detail?.reason === 'limit_exceeded',
  );
  if (!end || isRejected) return;
  const result = end.type.slice('run.'.length);
  for (const [node, { phase }] of run.plan.tasks.entries()) {
    if (!phase || phase === 'compensate') continue;
    const ended = events.findLast((event) => event.node === node && endOf(event));
    const applies =
      phase === 'on_finish' || phase === { succeeded: 'on_success', failed: 'on_failure' }[result];
    if (!ended) yield { what: `the run ended before its handler (${phase})`, node };
    else if (!applies && ended.type !== 'node.skipped')
      yield { what: `${phase} after a run that ${result}`, node };
    else if (applies && ended.type === 'node.skipped')
      yield { what: `${phase} was skipped, the run ${result}`, node };
  }
}

export const compensation: Feature = {
  name: 'compensation',
  share: 0.4,
  plant(draft) {
    const { dice } = draft;
    const up = draft.pickWork();
    const down = draft.addWork({ edges: [{ from: draft.tasks.indexOf(up) }], triggerRule: 'all_success' });
    draft.addWork({
      edges: [{ from: draft.tasks.indexOf(down) }],
      action: { uses: 'sim', with: { fail: 0.7 } },
    });
    const first = draft.ends.length;
    for (const [i, of] of [down, up].entries())
      draft.addEnd('compensate', {
        id: `undo_${i}`,
        triggerRule: 'all_done',
        edges: i === 0 ? [] : [{ from: first }],
        fanOut: { kind: 'compensation', of: draft.tasks.indexOf(of) },
        action: { uses: 'sim', with: { fail: dice.pick([0, 0, 0.4]) } },
      });
  },
  happened: (run) => eventsOf(run, 'run.compensating').length > 0,
  *check(run) {
    yield* partsInOrder(run);
    for (const events of takings(run)) yield* reverseOrder(run, events);
  },
};

/** A compensation begins only when those that it waits for have ended. */
function* reverseOrder(run: FeaturedRun, events: readonly DurableEvent[]): Iterable<Found> {
  for (const [node, task] of run.plan.tasks.entries()) {
    if (task.phase !== 'compensate') continue;
    const begun = events.find((event) => event.node === node && event.type === 'node.expanded');
    for (const { from } of task.edges) {
      const before = events.findLast((event) => event.node === from && endOf(event));
      if (begun && (!before || before.seq > begun.seq))
        yield { what: 'undone before what came after it', node };
    }
  }
}

const ORDER: readonly RunPart[] = ['main', 'compensation', 'outcome', 'finish'];

/** Each part begins when the one before it is over: main part, compensation, handlers of the result, those of on_finish. */
function* partsInOrder(run: FeaturedRun): Iterable<Found> {
  for (const events of takings(run)) {
    let at = 0;
    for (const { node, type, seq } of events) {
      if (node === undefined || ['node.late', 'node.reset', 'node.overdue', 'node.progress'].includes(type))
        continue;
      const task = run.plan.tasks[run.nodeName(node).task];
      const part = task ? ORDER.indexOf(partOf(task)) : at;
      if (part < at)
        yield { what: `${type} (seq ${seq}) of the ${ORDER[part]} part in the ${ORDER[at]} part`, node };
      at = Math.max(at, part);
    }
  }
}

/** The history cut at each taking-up. */
function takings(run: FeaturedRun): DurableEvent[][] {
  const parts: DurableEvent[][] = [[]];
  for (const event of run.events) {
    if (event.type === 'run.retried') parts.push([]);
    parts.at(-1)?.push(event);
  }
  return parts;
}
