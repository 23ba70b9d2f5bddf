/**
 * Requests to the API. Every failure is a `Problem`, with the sentences that the server wrote (RFC 9457). The token is in a
 * cookie that no script can read; what is kept here is the key to it, worth nothing alone.
 */

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly { readonly pointer: string; readonly detail: string }[];

  constructor(status: number, code: string, detail: string, fields: Problem['fields'] = []) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** Asked again soon, it would answer the same: no such thing, no right to it. */
export function isRefusal(thrown: unknown): boolean {
  return thrown instanceof Problem && thrown.status >= 400 && thrown.status < 500 && thrown.status !== 429;
}

export type Query = { readonly [name: string]: string | number | boolean | undefined };

/** `/api/v1/namespaces/{namespace}/…` with every part made safe. */
export function apiPath(namespace: string, ...parts: readonly string[]): string {
  return ['/api/v1/namespaces', namespace, ...parts]
    .map((part, i) => (i === 0 ? part : encodeURIComponent(part)))
    .join('/');
}

export async function get<Reply>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Reply> {
  return send<Reply>(withQuery(path, query), { signal: signal ?? null });
}

export async function post<Reply>(
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return send<Reply>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export async function put<Reply>(path: string, body: unknown): Promise<Reply> {
  const headers = { 'content-type': 'application/json' };
  return send<Reply>(path, { method: 'PUT', headers, body: JSON.stringify(body) });
}

export async function remove<Reply>(path: string, query: Query = {}): Promise<Reply> {
  return send<Reply>(withQuery(path, query), { method: 'DELETE' });
}

export function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

const PAGE_KEY = 'sluice.page-key';

export async function signIn(token: string): Promise<void> {
  const { key } = await post<{ key: string }>('/api/v1/session', { token });
  localStorage.setItem(PAGE_KEY, key);
}

export async function signOut(): Promise<void> {
  localStorage.removeItem(PAGE_KEY);
  await send('/api/v1/session', { method: 'DELETE' });
}

/** As `fetch`, signed in. @throws Problem when the server does not answer, or refuses */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const key = localStorage.getItem(PAGE_KEY);
  const headers = { ...(key === null ? {} : { 'x-sluice-page': key }), ...init.headers };
  const response = await fetch(path, { credentials: 'same-origin', ...init, headers }).catch(
    (thrown: unknown) => {
      if (init.signal?.aborted) throw thrown;
      throw new Problem(
        0,
        'unreachable',
        'The server does not answer. Is `sluice up` or `sluice server` still running?',
      );
    },
  );
  if (response.ok) return response;
  throw problemOf(response.status, parse(await response.text()));
}

async function send<Reply>(path: string, init: RequestInit): Promise<Reply> {
  const response = await request(path, init);
  return (response.status === 204 ? undefined : parse(await response.text())) as Reply;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(status: number, value: unknown): Problem {
  const { code, detail, title, errors } = (value ?? {}) as {
    code?: string;
    detail?: string;
    title?: string;
    errors?: Problem['fields'];
  };
  return new Problem(
    status,
    code ?? 'unknown',
    detail ?? title ?? `The server answered ${status}.`,
    errors ?? [],
  );
}
