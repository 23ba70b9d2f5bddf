/** A run's line in the list, and in the stream of changes. */
import type { RunSummary } from '../engine/ports/run-index.ts';
import type { RunLine } from './contract/list.ts';

export function lineOf(run: RunSummary): RunLine {
  const { id, namespace, workflow, status, createdAt, finishedAt, awaiting = 0, labels = {} } = run;
  return {
    id,
    namespace,
    workflow,
    status,
    created_at: new Date(createdAt).toISOString(),
    finished_at: finishedAt === undefined ? null : new Date(finishedAt).toISOString(),
    awaiting,
    labels: { ...labels },
  };
}
