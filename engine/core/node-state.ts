/** The state machines of nodes and runs: which states there are and which steps between them are legal. */

/** Order is the stored encoding: append, never reorder. */
export const NODE_STATES = [
  'pending',
  'blocked',
  'queued',
  'running',
  'retrying',
  'waiting',
  'succeeded',
  'failed',
  'skipped',
  'upstream_failed',
  'cancelled',
] as const;
export type NodeState = (typeof NODE_STATES)[number];
export type EndedNodeState = 'succeeded' | 'failed' | 'skipped' | 'upstream_failed' | 'cancelled';

/**
 * Legal steps within one generation; a reset begins another one, from pending. A task with a fan-out goes pending → running →
 * its end; it is running again when only some of its nodes are reset.
 */
export const NODE_STEPS = {
  pending: [
    'blocked',
    'queued',
    'running',
    'waiting',
    'succeeded',
    'failed',
    'skipped',
    'upstream_failed',
    'cancelled',
  ],
  blocked: ['queued', 'failed', 'cancelled'],
  queued: ['blocked', 'running', 'succeeded', 'failed', 'retrying', 'cancelled'],
  running: ['succeeded', 'failed', 'retrying', 'cancelled', 'waiting', 'skipped'],
  retrying: ['queued', 'blocked', 'failed', 'cancelled'],
  /** `queued` and `blocked`: the next iteration of a task with `repeat`. */
  waiting: ['succeeded', 'failed', 'cancelled', 'queued', 'blocked'],
  succeeded: [],
  failed: [],
  skipped: [],
  upstream_failed: [],
  cancelled: [],
} as const satisfies Record<NodeState, readonly NodeState[]>;

export const RUN_STATUSES = [
  'queued',
  'running',
  'paused',
  'cancelling',
  'compensating',
  'finishing',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export function isEnded(state: NodeState): state is EndedNodeState {
  return NODE_STEPS[state].length === 0;
}

export function isRunEnded(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** `it has failed`, `it is paused`: what stands behind "it" in a sentence about a node or a run. */
export function standsAs(state: NodeState | RunStatus): string {
  if (state === 'succeeded' || state === 'failed') return `has ${state}`;
  if (state === 'upstream_failed') return 'did not run, since one before it failed (upstream_failed)';
  return state === 'cancelled' || state === 'skipped' ? `was ${state}` : `is ${state}`;
}
