/** Where work runs: labels of workers, and broadcasts to all workers of a queue. */
import { isJsonObject } from '../../../engine/core/json.ts';
import { anyNode, type Feature } from './feature.ts';

/** Labels of the simulated workers, by their number. */
export function labelsOfWorker(number: number): { readonly zone: string } {
  return { zone: number % 2 === 0 ? 'a' : 'b' };
}

/** `worker-2.0` is the first life of worker 2. */
function numberOf(worker: string): number {
  return Number(/-(\d+)\./.exec(worker)?.[1]);
}

export const labels: Feature = {
  name: 'worker_labels',
  plant(draft) {
    // The first worker serves all queues, and has this label.
    draft.pickWork().workerLabels = { zone: 'a' };
  },
  happened: (run) => anyNode(run, 'node.started', ({ workerLabels }) => workerLabels !== undefined),
  *check(run) {
    for (const { type, node = -1, detail } of run.events) {
      const wanted = run.plan.tasks[run.nodeName(node).task]?.workerLabels;
      if (type !== 'node.started' || !wanted || detail?.worker === undefined) continue;
      const { zone } = labelsOfWorker(numberOf(detail.worker));
      if (zone !== wanted['zone']) yield { what: `${detail.worker} has the zone ${zone}`, node };
    }
  },
};

export const broadcast: Feature = {
  name: 'broadcast',
  plant(draft) {
    const task = draft.pickWork();
    task.fanOut = { kind: 'broadcast' };
    task.maxFailures = { percent: 100 };
    if (draft.dice.chance(0.3)) task.workerLabels = { zone: 'a' };
  },
  happened: (run) => anyNode(run, 'node.started', ({ fanOut }) => fanOut?.kind === 'broadcast'),
  *check(run) {
    // A retry fixes the workers anew: those of the former nodes are no longer stored.
    if (run.events.some(({ type }) => type === 'node.reset')) return;
    for (const { type, node = -1, detail } of run.events) {
      const { task, item } = run.nodeName(node);
      if (type !== 'node.started' || run.plan.tasks[task]?.fanOut?.kind !== 'broadcast') continue;
      const pinned = run.outputs.get(task)?.i?.[item];
      const name = isJsonObject(pinned) ? pinned['name'] : undefined;
      if (detail?.worker !== undefined && detail.worker !== name)
        yield { what: `it is for ${String(name)}, and ${detail.worker} took it`, node };
    }
  },
};
