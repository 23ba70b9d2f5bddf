/** Sends a request and follows its redirects: at most five, http and https only, credentials stay with their origin. */
import type { Dispatcher } from 'undici';
import { TaskFailure } from '../../engine/ports/executor.ts';
import type { HttpOptions } from './options.ts';

export const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];
/** Meant for one server: never sent to another origin. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding'];

export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | undefined;
}

export interface Exchange {
  readonly request: HttpRequest;
  readonly response: Dispatcher.ResponseData;
}

/** @throws TaskFailure `invalid_options` for a header that HTTP cannot carry. */
export function buildRequest(options: HttpOptions): HttpRequest {
  const url = new URL(options.url);
  const headers = new Map<string, string>([
    ['user-agent', 'sluice'],
    ['accept', '*/*'],
    ['accept-encoding', 'gzip, deflate, br'],
  ]);
  if (url.username !== '' || url.password !== '') headers.set('authorization', basicAuthorization(url));
  if (options.json !== undefined) headers.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(options.headers ?? {})) setHeader(headers, name, String(value));
  addQuery(url, options.query);
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  const method = (options.method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
  return { url, method, headers, body };
}

/** The last response. Earlier ones are read and dropped. @throws what undici throws, or TaskFailure `http_error`. */
export async function sendRequest(
  first: HttpRequest,
  send: (request: HttpRequest) => Promise<Dispatcher.ResponseData>,
): Promise<Exchange> {
  let request = first;
  for (let redirects = 0; ; redirects++) {
    const response = await send(request);
    const next = nextRequest(request, response);
    if (next === undefined) return { request, response };
    await response.body.dump({ limit: 65_536 });
    if (redirects === MAX_REDIRECTS) {
      const text = `${nameOf(first)} was redirected more than ${MAX_REDIRECTS} times, last to ${nameOf(next)}. Use the final address.`;
      throw new TaskFailure('http_error', text);
    }
    request = next;
  }
}

/** The request for messages, without user info and query, which may hold secrets. */
export function nameOf(request: Pick<HttpRequest, 'method' | 'url'>): string {
  return `${request.method} ${request.url.origin}${request.url.pathname}`;
}

function nextRequest(request: HttpRequest, response: Dispatcher.ResponseData): HttpRequest | undefined {
  const location = response.headers['location'];
  if (!REDIRECTS.includes(response.statusCode) || typeof location !== 'string') return undefined;
  const url = redirectTarget(request, location);
  const headers = new Map(request.headers);
  if (url.origin !== request.url.origin) for (const name of CREDENTIALS) headers.delete(name);
  if (!becomesGet(request.method, response.statusCode)) return { ...request, url, headers };
  for (const name of BODY_HEADERS) headers.delete(name);
  return { url, headers, method: 'GET', body: undefined };
}

function redirectTarget(request: HttpRequest, location: string): URL {
  const url = URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) {
    url.username = '';
    url.password = '';
    return url;
  }
  const shown = JSON.stringify(location.slice(0, 200));
  throw new TaskFailure(
    'http_error',
    `${nameOf(request)} was redirected to ${shown}, which is no http or https address.`,
  );
}

/** As browsers do it: 303 always, 301 and 302 for POST. */
function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

function basicAuthorization(url: URL): string {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function setHeader(headers: Map<string, string>, name: string, value: string): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw new TaskFailure(
      'invalid_options',
      `${JSON.stringify(name)} under \`headers\` is no valid header name.`,
    );
  }
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    const text = `The header \`${name}\` holds a line break or a character that HTTP cannot carry; encode it first.`;
    throw new TaskFailure('invalid_options', text);
  }
  headers.set(name.toLowerCase(), value);
}

function addQuery(url: URL, query: HttpOptions['query']): void {
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) url.searchParams.append(name, String(one));
    }
  }
}
