/** How a run that did not succeed is told to a program: the error, and the path to the node that caused it. */
import { SluiceError } from '../engine/core/errors.ts';
import type { RunError } from '../engine/core/run-header.ts';
import type { NodeView, RunView } from '../engine/runtime/client/run-view.ts';

/**
 * Thrown by `run.result()`. The code is `run_failed`; `status` says whether it failed or was cancelled, `error` why, and
 * `path` leads from the workflow to the node: `['weather', 'summarize[3]']`.
 */
export class RunFailed extends SluiceError {
  readonly run: string;
  readonly status: 'failed' | 'cancelled';
  readonly error: RunError;
  readonly path: readonly string[];
  /** The run with all its nodes, as it ended. */
  readonly view: RunView;

  constructor(view: RunView) {
    const status = view.status === 'cancelled' ? 'cancelled' : 'failed';
    const error = view.error ?? { code: 'internal', message: 'no reason was stored' };
    const path = [view.workflow, ...causeOf(view, error)];
    super('run_failed', `Run ${view.id} ${verb(status)}: ${path.join(' → ')}: ${error.message}`);
    this.name = 'RunFailed';
    this.run = view.id;
    this.status = status;
    this.error = error;
    this.path = path;
    this.view = view;
  }
}

function verb(status: 'failed' | 'cancelled'): string {
  return status === 'failed' ? 'failed' : 'was cancelled';
}

/** The node that the error is of; of a fan-out the first of its nodes that failed. */
function causeOf({ nodes }: RunView, { task }: RunError): string[] {
  if (task === undefined) return [];
  const failed = (node: NodeView) => node.task === task && node.status === 'failed';
  const item = nodes.find((node) => failed(node) && node.index !== null);
  return [item?.id ?? task];
}
