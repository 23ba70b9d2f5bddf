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
import { conditionFailure, connectionFailure, statusFailure } from './failure.ts';
import { guardedConnector } from './guarded-connector.ts';
import { type HttpOptions, httpOptions, parseSuccess } from './options.ts';
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
      return judge(exchange, body, { options: checked, now });
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

function judge(
  exchange: Exchange,
  body: Json,
  rule: { options: HttpOptions; now: () => number },
): JsonObject {
  const { success } = rule.options;
  const outputs = { status: exchange.response.statusCode, headers: headersOf(exchange), body };
  if (success === undefined) {
    if (outputs.status >= 200 && outputs.status <= 299) return outputs;
    throw statusFailure(exchange, body, { now: rule.now });
  }
  const text = String(success);
  if (holds(text, outputs, rule.now)) return outputs;
  throw statusFailure(exchange, body, { text, now: rule.now });
}

function holds(text: string, outputs: JsonObject, now: () => number): boolean {
  try {
    const scope: Scope = Object.assign(new Map(Object.entries(outputs)), { now: now() });
    return isTruthy(evaluate(parseSuccess(text), scope));
  } catch (error) {
    throw conditionFailure(error, text);
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
