/** What a commit tells the index of runs: lines of the list, and what runs teach. All of it is repaired by others if it gets lost. */
import { sampleOf } from '../../core/progress/run-sample.ts';
import type { RunState } from '../../core/run-state.ts';
import type { RunIndex } from '../../ports/run-index.ts';

/** Does not wait for it. */
export function tellIndex(index: Pick<RunIndex, 'record' | 'teach'>, run: RunState): void {
  const { id, namespace, workflow, status, createdAt, finishedAt } = run.header;
  const summary = { id, namespace, workflow, status, createdAt };
  index.record(finishedAt === undefined ? summary : { ...summary, finishedAt }).catch(() => {});
  if (status !== 'succeeded') return;
  const sample = sampleOf(run.header, run.plan, run.nodes);
  if (sample) index.teach(sample).catch(() => {});
}
