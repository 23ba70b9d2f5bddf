/** What a commit tells the index of runs: lines of the list, and what runs teach. All of it is repaired by others if it gets lost. */
import { sampleOf } from '../../core/progress/run-sample.ts';
import type { RunState } from '../../core/run-state.ts';
import type { RunIndex } from '../../ports/run-index.ts';
import { summaryOf } from '../run-summary.ts';

/** Does not wait for it. */
export function tellIndex(index: Pick<RunIndex, 'record' | 'teach'>, run: RunState): void {
  const { status } = run.header;
  index.record(summaryOf(run.header)).catch(() => {});
  if (status !== 'succeeded') return;
  const sample = sampleOf(run.header, run.plan, run.nodes);
  if (sample) index.teach(sample).catch(() => {});
}

/** A former owner may not have come to say of these runs that they wait for somebody. */
export function tellAwaiting(index: Pick<RunIndex, 'record'>, runs: Iterable<RunState>): void {
  const lines = [...runs].filter(({ awaiting }) => awaiting.size > 0).map(({ header }) => summaryOf(header));
  if (lines.length > 0) index.record(...lines).catch(() => {});
}
