/**
 * A typed client of the API: calls operations by their descriptions, so that what goes in and what comes out is what the
 * server checks. `api.call(getRun, { params: { namespace, run } })`.
 */
import type { z } from 'zod';
import { isSluiceErrorCode, messageOf, SluiceError } from '../../engine/core/errors.ts';
import { schemaWords } from '../../engine/core/schema-words.ts';
import type { AnyOperation, Operation } from '../operation.ts';
import { fillPath } from '../path-pattern.ts';
import { type Problem, problem } from '../problem.ts';

export interface ApiClientOptions {
  /** `http://127.0.0.1:4680`. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Sends requests. Default: Node's own `fetch`. */
  readonly send?: (request: Request) => Promise<Response> | Response;
  /** How long an answer may take, ms. Default 90,000: more than the longest `wait`. */
  readonly timeoutMs?: number;
}

/** What an operation takes; what it does not take cannot be given. */
export interface ApiRequest<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly params?: z.input<Params>;
  /** As text, as in a URL. */
  readonly query?: z.input<Query>;
  readonly body?: z.input<Body>;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
}

/** An answer that is a failure. Codes of the engine come as SluiceError with the same code; all others as this. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly problem: Problem;
  constructor(told: Problem) {
    super(told.detail);
    this.name = 'ApiFailure';
    this.status = told.status;
    this.problem = told;
  }
}

export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** @throws SluiceError with the code that the server tells, redis_unreachable when it does not answer; ApiFailure */
  async call<
    Params extends z.ZodObject,
    Query extends z.ZodObject,
    Body extends z.ZodType,
    Reply extends z.ZodType,
  >(
    operation: Operation<Params, Query, Body, Reply>,
    request: ApiRequest<Params, Query, Body> = {},
  ): Promise<z.output<Reply>> {
    return (await this.#reply(operation, request)).checked;
  }

  /**
   * As `call`, but the answer as it came: with its members in the server's order, and with those that a newer server has added. For who shows
   * it on. @throws as `call`
   */
  async read<
    Params extends z.ZodObject,
    Query extends z.ZodObject,
    Body extends z.ZodType,
    Reply extends z.ZodType,
  >(
    operation: Operation<Params, Query, Body, Reply>,
    request: ApiRequest<Params, Query, Body> = {},
  ): Promise<z.input<Reply>> {
    // The schema has just taken it.
    return (await this.#reply(operation, request)).came as z.input<Reply>;
  }

  async #reply<
    Params extends z.ZodObject,
    Query extends z.ZodObject,
    Body extends z.ZodType,
    Reply extends z.ZodType,
  >(
    operation: Operation<Params, Query, Body, Reply>,
    request: ApiRequest<Params, Query, Body>,
  ): Promise<{ readonly checked: z.output<Reply>; readonly came: unknown }> {
    const response = await this.open(operation, request);
    const text = await response.text();
    const came = text === '' ? undefined : parseJson(text);
    const parsed = operation.reply.safeParse(came, { error: schemaWords });
    if (parsed.success) return { checked: parsed.data, came };
    const [issue] = parsed.error.issues;
    throw new SluiceError(
      'invalid_reply',
      `The server at ${this.#options.url} answered ${operation.id} with something else than it should (${issue?.path.join('.')}: ${issue?.message}); is it of another version?`,
    );
  }

  /** The answer as it comes: for bytes, drawings and streams. @throws as `call` */
  async open(
    operation: Pick<AnyOperation, 'method' | 'path'>,
    request: ApiRequest<z.ZodObject, z.ZodObject, z.ZodType> = {},
  ): Promise<Response> {
    const response = await this.#send(this.#request(operation, request), operation);
    if (response.ok || response.status === 304) return response;
    throw failureOf(await response.text(), response);
  }

  #request(
    { method, path }: Pick<AnyOperation, 'method' | 'path'>,
    { params = {}, query = {}, body, headers = {}, signal }: ApiRequest<z.ZodObject, z.ZodObject, z.ZodType>,
  ): Request {
    const { url, token, timeoutMs = 90_000 } = this.#options;
    const target = new URL(fillPath(path, params), url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) target.searchParams.set(name, String(value));
    return new Request(target, {
      method: method.toUpperCase(),
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ?? AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
  }

  async #send(request: Request, { path }: Pick<AnyOperation, 'path'>): Promise<Response> {
    const { send = fetch, url } = this.#options;
    try {
      return await send(request);
    } catch (thrown) {
      if (request.signal.aborted) throw thrown;
      const reason =
        thrown instanceof Error && thrown.cause !== undefined ? messageOf(thrown.cause) : messageOf(thrown);
      throw new SluiceError('redis_unreachable', `The server at ${url} does not answer (${path}): ${reason}`);
    }
  }
}

function failureOf(text: string, { status, url }: Response): Error {
  const parsed = problem.safeParse(parseJson(text));
  if (!parsed.success)
    return new SluiceError('invalid_reply', `${url} answered ${status}, and not as a server of Sluice does.`);
  const { code, detail, errors } = parsed.data;
  if (!isSluiceErrorCode(code)) return new ApiFailure(parsed.data);
  return new SluiceError(code, detail, errors === undefined ? {} : { details: { errors } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
