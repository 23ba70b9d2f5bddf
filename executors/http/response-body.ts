/** Reads a response body within its limit and gives it a JSON form. */
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Json } from '../../engine/core/json.ts';
import { TaskFailure } from '../../engine/ports/executor.ts';
import { type Exchange, nameOf } from './request.ts';

const DECODERS: ReadonlyMap<string, () => NodeJS.ReadWriteStream & Readable> = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/**
 * The body: parsed when its content type is JSON, else text; what is not text becomes `{ base64 }`; no bytes are null.
 * @throws TaskFailure `output_too_large` as soon as the limit is passed, `http_error` for JSON that is none.
 */
export async function readBody(exchange: Exchange, maxBytes: number): Promise<Json> {
  const bytes = await collect(exchange, maxBytes);
  if (bytes.length === 0) return null;
  const { type, charset } = contentType(exchange.response);
  if (type === 'application/json' || type.endsWith('+json')) return parseJson(bytes, exchange);
  return decodeText(bytes, charset) ?? { base64: bytes.toString('base64') };
}

async function collect(exchange: Exchange, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of decoded(exchange.response) as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(exchange, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(response: Dispatcher.ResponseData): Readable {
  const encoding = String(response.headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase();
  const decoder = DECODERS.get(encoding)?.();
  if (decoder === undefined) return response.body;
  // The reader of the last stream sees the error; the callback only keeps it from being unhandled.
  pipeline(response.body, decoder, () => {});
  return decoder;
}

function contentType(response: Dispatcher.ResponseData): { type: string; charset: string } {
  const [type = '', ...parameters] = String(response.headers['content-type'] ?? '').split(';');
  const charset = parameters
    .map((one) => /^\s*charset="?([^"\s]+)"?\s*$/i.exec(one)?.[1])
    .find((one) => one !== undefined);
  return { type: type.trim().toLowerCase(), charset: charset ?? 'utf-8' };
}

function parseJson(bytes: Buffer, exchange: Exchange): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch {
    const text = `${nameOf(exchange.request)} answered ${exchange.response.statusCode} with a body that says it is JSON, but is not.`;
    throw new TaskFailure('http_error', text, { status: exchange.response.statusCode });
  }
}

function decodeText(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch (error) {
    // An encoding nobody knows says nothing about the bytes.
    return error instanceof RangeError && charset !== 'utf-8' ? decodeText(bytes, 'utf-8') : undefined;
  }
}

function tooLarge({ request, response }: Exchange, maxBytes: number): TaskFailure {
  const text = `The response of ${nameOf(request)} is larger than ${maxBytes} bytes. Raise \`max_bytes\`, or fetch it with a program and keep it as an artifact.`;
  return new TaskFailure('output_too_large', text, { status: response.statusCode });
}
