/** `notify` and `callback`: whatever dies, each end is told at least once, always under the same id. */
import type { Notification } from '../../../engine/core/notification/notification.ts';
import { isRunEnd } from '../checker/invariant.ts';
import type { DurableEvent, Evidence, FeaturedRun } from '../evidence.ts';
import { isOfRules } from './alerts.ts';
import type { Feature } from './feature.ts';

const OPS = 'ops';

export const notification: Feature = {
  name: 'notify',
  share: 0.25,
  plant(draft) {
    draft.head.notify = [
      { channel: OPS, on: ['success', 'failure'], text: '${{ run.id }} is ${{ run.status }}' },
      { channel: 'watch', on: ['late', 'recovered'] },
    ];
    draft.head.callback = { url: 'https://example.com/runs/${{ run.id }}', secret: 'hook' };
    draft.pickWork().notify = [{ channel: OPS, on: ['success', 'failure', 'retry'] }];
  },
  happened: (run, evidence) => toldOf(run, evidence).length > 0,
  *check(run, evidence) {
    const told = toldOf(run, evidence);
    // What was decided and lost with the store is decided again, perhaps otherwise: then the same end tells something else.
    if (evidence.wentBack) return;
    yield* contradictory(told);
    yield* endsNotTold(run, told);
    yield* nodesNotTold(run, told);
  },
};

function toldOf(run: FeaturedRun, { ledger }: Evidence): Notification[] {
  return ledger.deliveries.filter((one) => one.data['run'] === run.id && !isOfRules(one));
}

function* contradictory(told: readonly Notification[]): Iterable<string> {
  const known = new Map<string, string>();
  for (const one of told) {
    const text = JSON.stringify([one.type, one.target]);
    const before = known.get(one.id);
    if (before !== undefined && before !== text) yield `${one.id} tells ${before} and ${text}`;
    known.set(one.id, text);
  }
}

function* endsNotTold(run: FeaturedRun, told: readonly Notification[]): Iterable<string> {
  for (const [number, end] of run.events.filter(isRunEnd).entries()) {
    const ofEnd = told.filter(({ type, data }) => type === end.type && data['attempt'] === number + 1);
    const idsOf = (kind: 'channel' | 'callback') =>
      new Set(ofEnd.flatMap(({ id, target, data }) => (target.kind === kind && !data['node'] ? [id] : [])));
    if (idsOf('callback').size !== 1) yield `${end.type} was called back under ${idsOf('callback').size} ids`;
    const wanted = end.type === 'run.cancelled' ? 0 : 1;
    if (idsOf('channel').size !== wanted) yield `${end.type} was told under ${idsOf('channel').size} ids`;
  }
}

const TOLD_OF_NODES: readonly DurableEvent['type'][] = ['node.succeeded', 'node.failed', 'node.retrying'];

function* nodesNotTold(
  run: FeaturedRun,
  told: readonly Notification[],
): Iterable<{ what: string; node: number }> {
  for (const { type, node, attempt } of run.events) {
    if (node === undefined || !TOLD_OF_NODES.includes(type)) continue;
    const task = run.plan.tasks[node];
    if (task?.notify === undefined) continue;
    const isTold = told.some(({ type: of, data }) => {
      const about = data['node'];
      return (
        of === type &&
        typeof about === 'object' &&
        about !== null &&
        'task' in about &&
        about['task'] === task.id
      );
    });
    if (!isTold) yield { what: `${type} (attempt ${attempt}) was not told`, node };
  }
}
