/** What a query asks of runs, as the index takes it. */

import type { RunStatus } from '../../engine/core/node-state.ts';
import type { RunFilter } from '../../engine/ports/run-index.ts';

export interface RunQuery {
  readonly workflow?: string | undefined;
  readonly status?: readonly RunStatus[] | undefined;
  readonly awaiting?: boolean | undefined;
  readonly label?: { readonly [name: string]: string } | undefined;
  readonly text?: string | undefined;
  readonly created_after?: string | undefined;
  readonly created_before?: string | undefined;
}

export function filterOf(query: RunQuery): RunFilter {
  const { workflow, status, awaiting, label, text, created_after, created_before } = query;
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(awaiting ? { awaiting } : {}),
    ...(label === undefined ? {} : { labels: label }),
    ...(text === undefined ? {} : { text }),
    ...(created_after === undefined ? {} : { createdFrom: Date.parse(created_after) }),
    ...(created_before === undefined ? {} : { createdBefore: Date.parse(created_before) }),
  };
}
