/** Why a request failed, in sentences. */

import { messageOf } from '../../engine/core/errors.ts';
import { EvaluationError } from '../../engine/core/expression/index.ts';
import { isJsonObject, type Json } from '../../engine/core/json.ts';
import { TaskFailure } from '../../engine/ports/executor.ts';
import { AddressRefused } from './guarded-connector.ts';
import { type Exchange, type HttpRequest, nameOf } from './request.ts';
import { parseRetryAfter } from './retry-after.ts';

const EXCERPT = 500;

/** Codes of sockets, name resolution, TLS and undici → the rest of a sentence that begins with the request. */
const CONNECTION_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'was refused: nothing listens at that address and port'],
  ['ENOTFOUND', 'failed: the name of the host is not known'],
  ['EAI_AGAIN', 'failed: the name of the host could not be looked up for now'],
  ['ECONNRESET', 'failed: the server closed the connection before the response was complete'],
  ['UND_ERR_SOCKET', 'failed: the server closed the connection before the response was complete'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'failed: the response ended before its announced length'],
  ['EPIPE', 'failed: the server closed the connection before the request was complete'],
  ['EHOSTUNREACH', 'failed: the host cannot be reached from this worker'],
  ['ENETUNREACH', 'failed: the network cannot be reached from this worker'],
  ['ETIMEDOUT', 'failed: the connection timed out'],
  ['UND_ERR_CONNECT_TIMEOUT', 'failed: the server did not accept the connection in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'failed: the server accepted the request, but did not answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'failed: the server stopped sending in the middle of the response'],
  ['CERT_HAS_EXPIRED', "failed: the server's certificate has expired"],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    "failed: the server's certificate is signed by itself, so it is not trusted",
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', "failed: the server's certificate chain is not trusted"],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', "failed: the server's certificate cannot be verified"],
  ['ERR_TLS_CERT_ALTNAME_INVALID', "failed: the server's certificate is for another host name"],
  ['Z_DATA_ERROR', 'failed: the compressed response is damaged'],
  ['Z_BUF_ERROR', 'failed: the compressed response ends too early'],
]);

export function connectionFailure(error: unknown, request: HttpRequest): TaskFailure {
  if (error instanceof AddressRefused)
    return new TaskFailure('address_refused', `${nameOf(request)} was not sent: ${error.message}`);
  const codes = [error, error instanceof Error ? error.cause : undefined].map(codeOf);
  const known = codes.map((code) => CONNECTION_PROBLEMS.get(code)).find((text) => text !== undefined);
  return new TaskFailure('http_error', `${nameOf(request)} ${known ?? `failed: ${messageOf(error)}`}.`);
}

export function statusFailure(
  exchange: Exchange,
  body: Json,
  rule: { text: string | undefined; now: () => number },
): TaskFailure {
  const { response, request } = exchange;
  const expected = rule.text === undefined ? 'expected 200 to 299' : `\`success: ${rule.text}\` is not true`;
  const retryAfter = parseRetryAfter(headerText(response.headers['retry-after']), {
    date: headerText(response.headers['date']),
    now: rule.now,
  });
  return new TaskFailure(
    'http_status',
    `${nameOf(request)} answered ${response.statusCode}; ${expected}.${excerptOf(body)}`,
    { status: response.statusCode, ...(retryAfter === undefined ? {} : { retry_after: retryAfter }) },
  );
}

/** @param option as it stands in the file, such as `success: status == 200` */
export function expressionFailure(error: unknown, option: string): TaskFailure {
  const code = error instanceof EvaluationError ? error.code : 'expression_error';
  return new TaskFailure(code, `\`${option}\` could not be evaluated: ${messageOf(error)}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function excerptOf(body: Json): string {
  if (body === null || body === '' || (isJsonObject(body) && 'base64' in body)) return '';
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ` The response says: ${text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text}`;
}
