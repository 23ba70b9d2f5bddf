/** A run's line in the lists. */
import type { RunHeader } from '../core/run-header.ts';
import type { RunSummary } from '../ports/run-index.ts';

export function summaryOf(
  header: Pick<RunHeader, 'id' | 'namespace' | 'workflow' | 'status' | 'createdAt' | 'finishedAt' | 'labels'>,
): RunSummary {
  const { id, namespace, workflow, status, createdAt, finishedAt, labels } = header;
  return {
    id,
    namespace,
    workflow,
    status,
    createdAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
