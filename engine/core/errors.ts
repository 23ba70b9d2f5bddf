/**
 * Errors. Two kinds, both with closed codes:
 * a `SluiceError` is raised to a caller; a `TaskError` is data: why an attempt at a node failed.
 */
import type { Json } from './json.ts';

/** Why an attempt failed. `docs/errors.md` lists all codes; a test compares both ways. */
export const TASK_ERROR_CODES = {
  exit_code: 'the process ended with another exit code than 0',
  signal: 'the process was ended by a signal that Sluice did not send',
  spawn_failed: 'the program could not be started',
  timeout: 'the attempt ran longer than `timeout`',
  queue_timeout: 'no worker took the task within `queue_timeout`',
  run_timeout: 'the run passed its own `timeout`',
  worker_lost: 'three workers in a row died while they worked on it',
  expression_error: 'an expression could not be evaluated',
  unresolved_reference: 'an expression asked for a value that is not there',
  invalid_options: 'the options of the action, once resolved, do not fit the executor',
  invalid_output: 'the outputs do not fit the declaration, or are not JSON',
  output_too_large: 'the outputs or artifacts exceed the limit',
  missing_artifact: 'a declared artifact was not there when the task ended',
  http_status: 'the response status does not count as success',
  http_error: 'the request got no usable response',
  address_refused: 'the request would have gone to an address that tasks of this worker may not reach',
  module_error: 'the function threw, or the module could not be loaded',
  unknown_executor: 'the worker has no executor of that name',
  source_unavailable: 'the workflow folder could not be unpacked',
  workspace_failed: 'the working directory could not be prepared, or one of `files` could not be fetched',
  too_many_items: 'a fan-out has more nodes than allowed',
  fan_out_failed: 'more nodes of the fan-out failed than `max_failures` allows',
  failed: 'the task failed on purpose (`uses: fail`)',
  cancelled: 'the attempt was cancelled',
  heartbeat_timeout: 'the attempt was silent for longer than `heartbeat`',
  repeat_exhausted: '`repeat` reached `max` before `until` was true',
  compensation_failed: 'a compensation finally failed, so not everything was undone',
  child_failed: 'the sub-workflow failed or was cancelled',
  child_not_started: 'the sub-workflow could not be started',
  wait_expired: 'nobody sent the signal, or decided, before the deadline',
  rejected: 'the approval was rejected',
  secret_unavailable: 'a secret is not there, or may not be used by this workflow',
  artifact_store_refused: 'the artifact store refused to keep or give a file (credentials, bucket, space)',
  limit_exceeded: 'a limit has no place and says `reject`',
  marked_failed: 'somebody marked the node as failed',
  docker_error: 'the container could not be created, started or watched',
  kafka_error: 'the message could not be produced',
  notify_error: 'the message did not reach its channel',
  internal: 'a defect in Sluice; please report it',
} as const satisfies Record<string, string>;

export type TaskErrorCode = keyof typeof TASK_ERROR_CODES;

/** The error of one attempt, as expressions (`error`) and `show --json` see it. */
export interface TaskError {
  readonly code: TaskErrorCode;
  /** One or more sentences for people; for processes with the last lines that they wrote. */
  readonly message: string;
  readonly exit_code?: number;
  /** HTTP status. */
  readonly status?: number;
  /** Pause that the failed work asked for, ms. */
  readonly retry_after?: number;
}

/** Codes of errors raised to callers of the engine's API. */
export const SLUICE_ERROR_CODES = {
  invalid_workflow: 'the workflow has mistakes; the diagnostics say which',
  invalid_input: 'the inputs do not fit the declaration of the workflow',
  run_not_found: 'no run has this id',
  workflow_not_found: 'no workflow has this name',
  idempotency_conflict: 'the same idempotency key was used with other inputs',
  redis_unreachable: 'Redis does not answer',
  overloaded: 'no new run is taken in now: too many have not ended, or the memory of Redis runs short',
  redis_refused: 'Redis answers, but refuses the command (full, read-only, loading)',
  redis_unsuitable: 'the settings of Redis would lose data',
  embedded_redis_unavailable: 'no Redis could be found or fetched to run privately',
  shards_mismatch: 'this Redis was set up with another number of shards',
  data_too_new: 'this Redis holds data of a later version of Sluice',
  source_too_large: 'the folder of the workflow is larger than a bundle may be',
  source_invalid:
    'the folder of the workflow holds something that a bundle cannot carry, or a bundle is damaged',
  invalid_reply: 'a script answered something that its contract does not name',
  invalid_record: 'stored state does not have the expected form',
  node_not_found: 'the run has no node of this name',
  not_possible: 'the run or node is in a state in which this cannot be done',
  invalid_payload: 'the payload or form does not fit the declared schema',
  run_failed: 'the run whose result was asked for failed or was cancelled',
  no_result: 'the run had not ended when the waiting for its result did',
  no_answer: 'no orchestrator answered in time; the request stands and will be answered',
  schedule_not_found: 'no schedule has this name',
  limit_not_found: 'no limit has this key',
  version_not_found: 'the workflow has no such version',
  definition_changed: 'the definition is not the one that was to be changed: somebody was first',
  secret_not_found: 'no secret has this name',
  token_not_found: 'no API token has this id or name',
  secrets_locked: 'the key of the secret store is missing or is not the right one',
  artifact_not_found: 'the run has no artifact of this name',
  artifacts_unreachable: 'the artifact store does not answer',
  artifacts_refused: 'the artifact store answers, but refuses (credentials, bucket, settings)',
  logs_unreachable: 'the bucket that logs are kept in does not answer',
  logs_refused: 'the bucket that logs are kept in answers, but refuses (credentials, bucket, settings)',
  closed: 'the object was already closed',
  internal: 'a defect in Sluice; please report it',
} as const satisfies Record<string, string>;

export type SluiceErrorCode = keyof typeof SLUICE_ERROR_CODES;

export function isSluiceErrorCode(text: string): text is SluiceErrorCode {
  return Object.hasOwn(SLUICE_ERROR_CODES, text);
}

/** An error of the engine. The message says subject, id, what was expected and what to do. */
export class SluiceError extends Error {
  readonly code: SluiceErrorCode;
  readonly details: Json | undefined;
  constructor(code: SluiceErrorCode, message: string, options: { cause?: unknown; details?: Json } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SluiceError';
    this.code = code;
    this.details = options.details;
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
