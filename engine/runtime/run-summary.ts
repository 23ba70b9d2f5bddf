/** A run's line in the lists. */
import { isRunEnded } from '../core/node-state.ts';
import type { RunHeader } from '../core/run-header.ts';
import type { RunSummary } from '../ports/run-index.ts';

export function summaryOf(
  header: Pick<
    RunHeader,
    'id' | 'namespace' | 'workflow' | 'status' | 'createdAt' | 'finishedAt' | 'awaiting' | 'labels'
  >,
): RunSummary {
  const { id, namespace, workflow, status, createdAt, finishedAt, awaiting, labels } = header;
  return {
    id,
    namespace,
    workflow,
    status,
    createdAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(awaiting === undefined || isRunEnded(status) ? {} : { awaiting }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
