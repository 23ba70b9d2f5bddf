import type { TaskErrorCode } from '../engine/core/errors.ts';
import { type StopReason, TaskFailure } from '../engine/ports/executor.ts';

const STOPPED = {
  cancelled: ['cancelled', 'The attempt was cancelled.'],
  timeout: ['timeout', 'The attempt ran longer than its `timeout` and was stopped.'],
  silent: ['heartbeat_timeout', 'The attempt was silent for longer than its `heartbeat` and was stopped.'],
  revoked: ['cancelled', 'The attempt was stopped because its dispatch was revoked.'],
  shutdown: ['cancelled', 'The attempt was stopped because its worker shuts down.'],
} as const satisfies Record<StopReason, readonly [TaskErrorCode, string]>;

/** The failure of an attempt whose signal aborted. An unknown reason counts as `cancelled`. */
export function stopFailure(signal: AbortSignal): TaskFailure {
  const [code, message] = STOPPED[stopReason(signal)];
  return new TaskFailure(code, message);
}

export function stopReason(signal: AbortSignal): StopReason {
  const reason: unknown = signal.reason;
  return typeof reason === 'string' && Object.hasOwn(STOPPED, reason) ? (reason as StopReason) : 'cancelled';
}

/** @throws TaskFailure when the attempt was stopped already. */
export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw stopFailure(signal);
}
