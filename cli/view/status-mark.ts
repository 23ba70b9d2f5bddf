/** Signs and colors of states, the same in every view. */
import type { NodeState, RunStatus } from '../../engine/core/node-state.ts';
import type { Colors } from '../host.ts';

interface Mark {
  readonly sign: string;
  readonly color: 'green' | 'red' | 'yellow' | 'cyan' | 'dim';
}

const MARKS = {
  pending: { sign: '·', color: 'dim' },
  blocked: { sign: '·', color: 'dim' },
  queued: { sign: '○', color: 'dim' },
  running: { sign: '●', color: 'cyan' },
  retrying: { sign: '↻', color: 'yellow' },
  waiting: { sign: '◷', color: 'cyan' },
  succeeded: { sign: '✓', color: 'green' },
  failed: { sign: '✗', color: 'red' },
  skipped: { sign: '⊘', color: 'dim' },
  upstream_failed: { sign: '⊘', color: 'yellow' },
  cancelled: { sign: '⊘', color: 'yellow' },
  paused: { sign: '‖', color: 'yellow' },
  cancelling: { sign: '⊘', color: 'yellow' },
  compensating: { sign: '↻', color: 'yellow' },
  finishing: { sign: '●', color: 'cyan' },
} as const satisfies Record<NodeState | RunStatus, Mark>;

export function signOf(state: NodeState | RunStatus, colors: Colors): string {
  const { sign, color } = MARKS[state];
  return colors[color](sign);
}

export function wordOf(state: NodeState | RunStatus, colors: Colors): string {
  return colors[MARKS[state].color](state);
}
