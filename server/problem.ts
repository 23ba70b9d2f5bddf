/** Every failure as a caller of the API sees it: RFC 9457 `application/problem+json`. One table says the status of each code. */
import { z } from 'zod';
import { SLUICE_ERROR_CODES, SluiceError, type SluiceErrorCode } from '../engine/core/errors.ts';

/** Failures of requests as such, beside those of the engine. */
export const REQUEST_CODES = {
  invalid_request:
    'a parameter, header or body does not fit the schema of the operation; `errors` says where',
  not_found: 'nothing is at this path',
  method_not_allowed: 'the path takes other methods; `Allow` names them',
  payload_too_large: 'the body is larger than the operation takes',
  unsupported_media_type: 'the body must be sent as application/json',
  precondition_failed: 'what was to be changed has changed since: its ETag is not the one of If-Match',
  unauthenticated: 'the request needs a valid token',
  forbidden: 'the token may not do this here',
  rate_limited: 'too many requests; Retry-After says when to try again',
  too_many_streams: 'the server follows as many live streams as it may',
} as const satisfies Record<string, string>;

export type RequestCode = keyof typeof REQUEST_CODES;
export type ProblemCode = RequestCode | SluiceErrorCode;

const STATUS_OF_REQUEST = {
  invalid_request: 400,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  precondition_failed: 412,
  unauthenticated: 401,
  forbidden: 403,
  rate_limited: 429,
  too_many_streams: 503,
} as const satisfies Record<RequestCode, number>;

/** A test compares it with the list of the engine's codes. */
export const STATUS_OF_ERROR = {
  invalid_workflow: 422,
  invalid_input: 422,
  invalid_payload: 422,
  source_too_large: 422,
  source_invalid: 422,
  run_not_found: 404,
  workflow_not_found: 404,
  node_not_found: 404,
  schedule_not_found: 404,
  limit_not_found: 404,
  version_not_found: 404,
  definition_changed: 412,
  secret_not_found: 404,
  artifact_not_found: 404,
  token_not_found: 404,
  idempotency_conflict: 409,
  not_possible: 409,
  run_failed: 409,
  no_result: 504,
  no_answer: 504,
  overloaded: 503,
  redis_unreachable: 503,
  redis_refused: 503,
  artifacts_unreachable: 503,
  artifacts_refused: 502,
  logs_unreachable: 503,
  logs_refused: 502,
  redis_unsuitable: 500,
  embedded_redis_unavailable: 500,
  shards_mismatch: 500,
  data_too_new: 500,
  secrets_locked: 409,
  invalid_reply: 500,
  invalid_record: 500,
  closed: 503,
  internal: 500,
} as const satisfies Record<SluiceErrorCode, number>;

export const fieldError = z.object({
  pointer: z.string().describe('JSON Pointer into the request: `/body/inputs/year`, `/query/limit`.'),
  detail: z.string(),
});
export type FieldError = z.infer<typeof fieldError>;

export const problem = z
  .looseObject({
    type: z.string().describe('`urn:sluice:problem:CODE`.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong, where, and what to do.'),
    instance: z.string().describe('Path of the request.'),
    code: z.string().describe('From the closed list in docs/errors.md.'),
    errors: z.array(fieldError).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem', description: 'A failure, as RFC 9457 has it.' });
export type Problem = z.infer<typeof problem>;

/** A failure of a request, which is not one of the engine. */
export class RequestFailure extends Error {
  readonly code: RequestCode;
  readonly errors: readonly FieldError[];
  readonly headers: { readonly [name: string]: string };
  constructor(
    code: RequestCode,
    message: string,
    more: {
      readonly errors?: readonly FieldError[];
      readonly headers?: { readonly [name: string]: string };
    } = {},
  ) {
    super(message);
    this.name = 'RequestFailure';
    this.code = code;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

/** Where and under which id the request failed. */
export interface FailedRequest {
  readonly path: string;
  readonly requestId: string;
}

/** Seconds after which a caller may try again where the failure says nothing of its own. */
const RETRY_AFTER_S = 5;

/** The answer to a request that failed with whatever was thrown. Of a defect it tells nothing but the request's id. */
export function problemResponse(thrown: unknown, request: FailedRequest): Response {
  if (thrown instanceof RequestFailure) {
    const { code, message, errors, headers } = thrown;
    return respond({ code, title: REQUEST_CODES[code], detail: message, errors }, request, {
      status: STATUS_OF_REQUEST[code],
      headers,
    });
  }
  const known = thrown instanceof SluiceError ? thrown : undefined;
  const code = known?.code ?? 'internal';
  const status = STATUS_OF_ERROR[code];
  const isOwn = status === 500;
  const detail =
    known && !isOwn
      ? known.message
      : `The server failed on this request; its log says why, under the id ${request.requestId}.`;
  const errors = known === undefined || isOwn ? [] : fieldErrorsOf(known);
  return respond({ code, title: SLUICE_ERROR_CODES[code], detail, errors }, request, {
    status,
    headers: status === 503 ? { 'retry-after': String(retryAfterOf(known)) } : {},
  });
}

/** Whether the operator should hear of it. */
export function isDefect(thrown: unknown): boolean {
  if (thrown instanceof RequestFailure) return false;
  return !(thrown instanceof SluiceError) || STATUS_OF_ERROR[thrown.code] === 500;
}

/** Errors that name fields carry them as `details.errors`. */
function fieldErrorsOf({ details }: SluiceError): FieldError[] {
  const parsed = z.object({ errors: z.array(fieldError) }).safeParse(details);
  return parsed.success ? parsed.data.errors : [];
}

function retryAfterOf(error: SluiceError | undefined): number {
  const parsed = z.object({ retryAfterMs: z.number() }).safeParse(error?.details);
  return parsed.success ? Math.max(1, Math.ceil(parsed.data.retryAfterMs / 1_000)) : RETRY_AFTER_S;
}

interface Told {
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
}

function respond(
  { code, title, detail, errors }: Told,
  { path, requestId }: FailedRequest,
  { status, headers }: { readonly status: number; readonly headers: { readonly [name: string]: string } },
): Response {
  const body: Problem = {
    type: `urn:sluice:problem:${code}`,
    title,
    status,
    detail,
    instance: path,
    code,
    ...(errors.length === 0 ? {} : { errors: [...errors] }),
    requestId,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
