/** Exit codes: part of the public contract (docs/cli.md), for scripts to tell what happened. */
import type { SluiceErrorCode } from '../engine/core/errors.ts';

export const EXIT = {
  ok: 0,
  /** The run failed, or was cancelled by somebody else; also anything unexpected. */
  failed: 1,
  /** The command line, the workflow or its inputs are wrong. Nothing was started. */
  usage: 2,
  /** Redis does not answer, refuses, or is not fit. */
  unreachable: 3,
  notFound: 4,
  conflict: 5,
  /** Ctrl-C (SIGINT). */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

const BY_ERROR = {
  invalid_workflow: EXIT.usage,
  invalid_input: EXIT.usage,
  run_not_found: EXIT.notFound,
  node_not_found: EXIT.notFound,
  schedule_not_found: EXIT.notFound,
  limit_not_found: EXIT.notFound,
  version_not_found: EXIT.notFound,
  definition_changed: EXIT.conflict,
  secret_not_found: EXIT.notFound,
  token_not_found: EXIT.notFound,
  artifact_not_found: EXIT.notFound,
  artifacts_unreachable: EXIT.unreachable,
  artifacts_refused: EXIT.unreachable,
  logs_unreachable: EXIT.unreachable,
  logs_refused: EXIT.unreachable,
  not_possible: EXIT.conflict,
  invalid_payload: EXIT.usage,
  secrets_locked: EXIT.usage,
  run_failed: EXIT.failed,
  no_result: EXIT.unreachable,
  no_answer: EXIT.unreachable,
  workflow_not_found: EXIT.notFound,
  idempotency_conflict: EXIT.conflict,
  redis_unreachable: EXIT.unreachable,
  overloaded: EXIT.unreachable,
  redis_refused: EXIT.unreachable,
  redis_unsuitable: EXIT.unreachable,
  embedded_redis_unavailable: EXIT.unreachable,
  shards_mismatch: EXIT.unreachable,
  data_too_new: EXIT.unreachable,
  source_too_large: EXIT.usage,
  source_invalid: EXIT.usage,
  invalid_reply: EXIT.failed,
  invalid_record: EXIT.failed,
  closed: EXIT.failed,
  internal: EXIT.failed,
} as const satisfies Record<SluiceErrorCode, number>;

export function exitCodeOf(code: SluiceErrorCode): number {
  return BY_ERROR[code];
}
