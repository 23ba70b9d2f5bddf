/** Reads a JSON body within its limit: what is too large is refused before it is in memory. */
import { messageOf } from '../engine/core/errors.ts';
import { type AnyOperation, DEFAULT_BODY_BYTES } from './operation.ts';
import { RequestFailure } from './problem.ts';

/** Undefined when there is none. @throws RequestFailure payload_too_large, unsupported_media_type, invalid_request */
export async function readJsonBody(
  request: Request,
  { bodyBytes = DEFAULT_BODY_BYTES }: Pick<AnyOperation, 'bodyBytes'>,
): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const bytes = await readBody(request, bodyBytes);
  if (bytes.length === 0) return undefined;
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/json' && !type.endsWith('+json')) {
    const found = type === '' ? 'without a content type' : `as ${JSON.stringify(type.slice(0, 80))}`;
    throw new RequestFailure(
      'unsupported_media_type',
      `The body was sent ${found}; send it as application/json.`,
    );
  }
  return parse(bytes);
}

/** The bytes as they came. @throws RequestFailure payload_too_large, by the length that was announced before anything is read */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  return request.body === null ? new Uint8Array() : readBytes(request.body, limit);
}

async function readBytes(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), withoutPrototypes);
  } catch (thrown) {
    const detail = messageOf(thrown);
    throw new RequestFailure('invalid_request', `The body is not valid JSON: ${detail}`, {
      errors: [{ pointer: '/body', detail }],
    });
  }
}

/** A member of this name would not be data but the parent of its object, wherever it is copied by assignment. */
function withoutPrototypes(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('a member is named "__proto__", which no data may have');
  return value;
}

function tooLarge(limit: number): RequestFailure {
  return new RequestFailure(
    'payload_too_large',
    `The body is larger than the ${limit} bytes that this operation takes.`,
    // The rest of it is not read, so the connection cannot be used again.
    { headers: { connection: 'close' } },
  );
}
