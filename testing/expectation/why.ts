/** Why a node came out as it did, in one sentence. */
import type { NodeView, RunView } from '../../engine/runtime/client/run-view.ts';

/** Undefined when there is nothing to say. */
export function whyNode(run: RunView, node: NodeView): string | undefined {
  if (node.status === 'failed') return errorOf(node);
  if (node.status === 'succeeded') return undefined;
  if (node.status === 'skipped' || node.status === 'upstream_failed') return upstreamOf(run, node);
  if (node.status === 'cancelled')
    return run.error === null ? 'the run was cancelled' : `the run ended: ${run.error.message}`;
  if (node.status === 'pending') return upstreamOf(run, node);
  return `it was still ${node.status} when the test ended`;
}

function errorOf(node: NodeView): string | undefined {
  const error = node.attempts.at(-1)?.error;
  const count = node.attempts.length;
  return error
    ? `${count > 1 ? `attempt ${count} ended with ` : ''}${error.code}: ${error.message}`
    : undefined;
}

function upstreamOf(run: RunView, node: NodeView): string {
  const upstream = node.needs.map((id) => run.nodes.find((one) => one.id === id));
  const parts = upstream.flatMap((one) => (one ? [describe(one)] : []));
  if (parts.length === 0) return 'it needs no task, so its own `if` decided';
  return upstream.every((one) => one?.status === 'succeeded')
    ? 'all that it needs succeeded, so its own `if`, a `when` or a `case` decided'
    : `of what it needs, ${parts.join(', ')}`;
}

function describe(node: NodeView): string {
  const error = node.attempts.at(-1)?.error;
  return `${node.id} is ${node.status}${node.status === 'failed' && error ? ` (${error.code}: ${error.message})` : ''}`;
}

/** Why the whole run came out as it did. */
export function whyRun(run: RunView): string | undefined {
  if (run.error !== null) {
    const { task, code, message } = run.error;
    return `${task === undefined ? '' : `${task}: `}${code}: ${message}`;
  }
  const open = run.nodes.filter(({ status }) =>
    ['waiting', 'blocked', 'queued', 'running', 'retrying'].includes(status),
  );
  if (run.finished_at !== null || open.length === 0) return undefined;
  return open.map(({ id, status }) => `${id} is ${status}`).join(', ');
}
