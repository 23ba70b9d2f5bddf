/** What a query asks of runs, as the index takes it. */

import type { RunStatus } from '../../engine/core/node-state.ts';
import type { RunFilter } from '../../engine/ports/run-index.ts';

export interface RunQuery {
  readonly workflow?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly created_after?: string | undefined;
  readonly created_before?: string | undefined;
}

export function filterOf({ workflow, status, created_after, created_before }: RunQuery): RunFilter {
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
    ...(created_after === undefined ? {} : { createdFrom: Date.parse(created_after) }),
    ...(created_before === undefined ? {} : { createdBefore: Date.parse(created_before) }),
  };
}
