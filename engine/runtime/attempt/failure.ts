/** The error of an attempt, in words for people, from whatever was thrown. */
import { formatDuration } from '../../core/duration.ts';
import { messageOf, SluiceError, type TaskError } from '../../core/errors.ts';
import type { Ticket } from '../../core/ticket.ts';
import { type StopReason, TaskFailure } from '../../ports/executor.ts';
import type { SecretMask } from '../secret/secret-mask.ts';

const MAX_MESSAGE_CHARACTERS = 16_000;

export interface Failing {
  readonly ticket: Ticket;
  /** Why the attempt was told to stop, if it was. */
  readonly reason: StopReason | undefined;
  /** Absent where the attempt knows no secret. */
  readonly mask: SecretMask | undefined;
}

export function describeFailure(error: unknown, { ticket, reason, mask }: Failing): TaskError {
  const described = describeStop(ticket, reason) ?? describeThrown(ticket, error);
  const message = mask === undefined ? described.message : mask.cutText(described.message);
  return { ...described, message: message.slice(0, MAX_MESSAGE_CHARACTERS) };
}

function describeStop(ticket: Ticket, reason: StopReason | undefined): TaskError | undefined {
  if (reason === 'timeout') {
    const limit = formatDuration(ticket.timeout_ms ?? 0);
    const message = `"${ticket.task}" ran longer than its timeout of ${limit} and was stopped.`;
    return { code: 'timeout', message };
  }
  if (reason === 'silent') {
    const limit = formatDuration(ticket.heartbeat_ms ?? 0);
    const message =
      `"${ticket.task}" was silent for longer than its heartbeat of ${limit} and was stopped. ` +
      'A line of output or a progress report is a sign of life.';
    return { code: 'heartbeat_timeout', message };
  }
  return undefined;
}

function describeThrown(ticket: Ticket, error: unknown): TaskError {
  if (error instanceof TaskFailure) return error.error;
  if (error instanceof SluiceError && error.code === 'artifacts_refused') {
    return { code: 'artifact_store_refused', message: error.message };
  }
  const message = `The executor \`${ticket.uses}\` failed in a way it should not: ${messageOf(error)}`;
  return { code: 'internal', message };
}
