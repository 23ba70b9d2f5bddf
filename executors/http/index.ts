/**
 * `uses: http`: one request. Its response is the outputs `status`, `headers` (names in lower case) and `body`.
 * Nothing is retried here: a failed status carries the server's Retry-After, which the task's `retry` honours.
 */
import type { Agent } from 'undici';
import { evaluate, isTruthy, type Scope } from '../../engine/core/expression/index.ts';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import { PUBLIC_ONLY } from '../../engine/core/network/address-rules.ts';
import { type ExecutionContext, TaskFailure, type WorkerExecutor } from '../../engine/ports/executor.ts';
import { checkOptions } from '../options.ts';
import type { ExecutorSettings, HttpSettings } from '../settings.ts';
import { stopFailure, throwIfStopped } from '../stop-failure.ts';
import { connectionFailure, expressionFailure, statusFailure } from './failure.ts';
import { guardedConnector } from './guarded-connector.ts';
import { type HttpOptions, httpOptions, parseOverResponse } from './options.ts';
import { buildRequest, type Exchange, type HttpRequest, sendRequest } from './request.ts';
import { readBody } from './response-body.ts';

export function httpExecutor(settings: ExecutorSettings = {}): WorkerExecutor {
  const http = settings.http ?? {};
  const now = http.now ?? Date.now;
  let agent: Promise<Agent> | undefined;
  return {
    place: 'worker',
    name: 'http',
    summary: 'Sends one HTTP request and gives its response as outputs.',
    needsWorkspace: false,
    options: httpOptions,
    fixedOutputs: {
      status: { type: 'integer', description: 'Status code of the response.' },
      headers: {
        type: 'object',
        description: 'Response headers; names in lower case, repeated ones joined by `, `.',
      },
      body: {
        type: 'any',
        description: 'Parsed JSON, text, `{ base64 }` for other data, null without a body.',
      },
    },
    async run(options, context) {
      const checked = checkOptions(httpOptions, 'http', options);
      throwIfStopped(context.signal);
      const request = withTrace(buildRequest(checked), context.traceparent);
      agent ??= openAgent(http);
      const { exchange, body } = await fetchBody({ request, options: checked, context, agent: await agent });
      const outputs = { status: exchange.response.statusCode, headers: headersOf(exchange), body };
      const response = { outputs, options: checked, now };
      const problem = reportCost(response, context);
      if (!isSuccess(response)) throw statusFailure(exchange, body, { text: conditionOf(checked), now });
      if (problem !== undefined) throw problem;
      return outputs;
    },
    async close() {
      await (await agent)?.destroy();
      agent = undefined;
    },
  };
}

/** What the author wrote goes before. */
function withTrace(request: HttpRequest, traceparent: string | undefined): HttpRequest {
  if (traceparent === undefined || request.headers.has('traceparent')) return request;
  return { ...request, headers: new Map([...request.headers, ['traceparent', traceparent]]) };
}

export type GuardedAgent = Agent;

/**
 * Connects to allowed addresses only. Loaded at the first request: a command line that only validates a file never pays for it.
 */
export async function openAgent(settings: HttpSettings): Promise<Agent> {
  const { Agent, buildConnector } = await import('undici');
  const idleMs = settings.idleTimeoutMs ?? 300_000;
  return new Agent({
    connect: guardedConnector(buildConnector, {
      policy: settings.addresses ?? PUBLIC_ONLY,
      timeoutMs: settings.connectTimeoutMs ?? 10_000,
      ...(settings.resolve ? { resolve: settings.resolve } : {}),
    }),
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  });
}

interface Fetch {
  readonly request: HttpRequest;
  readonly options: HttpOptions;
  readonly context: ExecutionContext;
  readonly agent: Agent;
}

async function fetchBody({
  request,
  options,
  context,
  agent,
}: Fetch): Promise<{ exchange: Exchange; body: Json }> {
  const { signal } = context;
  let current = request;
  try {
    const exchange = await sendRequest(request, (next) => {
      current = next;
      return agent.request({
        origin: next.url.origin,
        path: `${next.url.pathname}${next.url.search}`,
        method: next.method as 'GET',
        headers: Object.fromEntries(next.headers),
        body: next.body ?? null,
        signal,
      });
    });
    return { exchange, body: await readBody(exchange, options.max_bytes) };
  } catch (error) {
    if (signal.aborted) throw stopFailure(signal);
    throw error instanceof TaskFailure ? error : connectionFailure(error, current);
  }
}

interface Answered {
  readonly outputs: JsonObject & { readonly status: number };
  readonly options: HttpOptions;
  readonly now: () => number;
}

function conditionOf({ success }: HttpOptions): string | undefined {
  return success === undefined ? undefined : String(success);
}

function isSuccess(answered: Answered): boolean {
  const { status } = answered.outputs;
  const text = conditionOf(answered.options);
  return text === undefined ? status >= 200 && status <= 299 : isTruthy(ask(answered, 'success', text));
}

/** Answers why not. A response that is no success may lack what the expression asks for, and fails for itself. */
function reportCost(answered: Answered, context: ExecutionContext): unknown {
  const { cost } = answered.options;
  if (cost === undefined) return undefined;
  try {
    const value = ask(answered, 'cost', String(cost));
    if (value !== null) context.addCost(value as number);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What the expression of an option says of the response. @throws TaskFailure */
function ask({ outputs, now }: Answered, option: 'success' | 'cost', text: string): Json {
  try {
    const scope: Scope = Object.assign(new Map(Object.entries(outputs)), { now: now() });
    return evaluate(parseOverResponse(text), scope);
  } catch (error) {
    throw expressionFailure(error, `${option}: ${text}`);
  }
}

function headersOf({ response }: Exchange): JsonObject {
  const pairs = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(pairs);
}
