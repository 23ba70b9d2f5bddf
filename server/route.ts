/** A row of the route table: an operation, bound to what answers it. Everything from outside is checked before the handler sees it. */
import type { Context } from 'hono';
import type { z } from 'zod';
import { includes, type Role, roleIn } from '../engine/core/access/role.ts';
import { schemaWords } from '../engine/core/schema-words.ts';
import type { AnyOperation, Operation } from './operation.ts';
import type { Caller, ServerEnv, ServerParts } from './parts.ts';
import { type FieldError, RequestFailure } from './problem.ts';
import { readJsonBody } from './request-body.ts';

/** A request that fits its operation. */
export interface Call<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  /** A request header. */
  header(name: string): string | undefined;
  /** Path and query, as they were asked for. */
  readonly url: URL;
  /** Who calls, for histories; undefined where nobody has to say. */
  readonly by: string | undefined;
  /** The same, with what it may do. */
  readonly caller: Caller | undefined;
  /** Whether the caller holds the role in the namespace; for routes whose role is `token`. */
  may(role: Role, namespace: string): boolean;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /** Ends the caller's connection, whatever is still to be sent. */
  readonly disconnect: () => void;
}

/** What a handler answers: a body that fits the operation's reply, perhaps with other headers or another status. */
export interface Answer<Body> {
  readonly body: Body;
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
}

export type Handler<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Reply extends z.ZodType,
> = (call: Call<Params, Query, Body>, parts: ServerParts) => Promise<Answered<Reply>> | Answered<Reply>;

type Answered<Reply extends z.ZodType> = Answer<Fixed<z.input<Reply>>> | Response;

/** What the engine gives is read only throughout. */
type Fixed<T> = T extends readonly (infer Item)[]
  ? readonly Fixed<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Fixed<T[Key]> }
    : T;

export interface Route extends AnyOperation {
  /** @throws RequestFailure, SluiceError */
  answer(context: Context<ServerEnv>, parts: ServerParts): Promise<Response>;
}

/** Binds a handler to an operation: `route(getRun)(async ({ params }, parts) => …)`. */
export function route<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Reply extends z.ZodType,
>(operation: Operation<Params, Query, Body, Reply>): (handle: Handler<Params, Query, Body, Reply>) => Route {
  return (handle) => ({
    ...operation,
    async answer(context, parts) {
      const answer = await handle(await readCall(operation, context), parts);
      return answer instanceof Response ? answer : respond(answer, operation.status);
    },
  });
}

async function readCall<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  operation: Operation<Params, Query, Body>,
  context: Context<ServerEnv>,
): Promise<Call<Params, Query, Body>> {
  const { req } = context;
  const errors: FieldError[] = [];
  const params = check(operation.params, req.param(), '/path', errors);
  const query = check(operation.query, queryOf(req.queries()), '/query', errors);
  // A path that is none names nothing to send a body to.
  const body =
    errors.length > 0
      ? undefined
      : check(operation.body, await readJsonBody(req.raw, operation), '/body', errors);
  if (errors.length > 0 || params === undefined || query === undefined) throw invalid(errors);
  return {
    params: params.value,
    query: query.value,
    // Checked: the schema took it, be it undefined.
    body: body?.value as z.output<Body>,
    header: (name) => req.header(name),
    url: new URL(req.url),
    by: context.get('caller')?.name,
    caller: context.get('caller'),
    may(role, namespace) {
      const held = roleIn(context.get('caller')?.grants ?? {}, namespace);
      return held !== undefined && includes(held, role);
    },
    signal: req.raw.signal,
    disconnect: () => context.env?.outgoing?.destroy(),
  };
}

/** Values given once as text, more than once as a list. */
function queryOf(all: { readonly [name: string]: readonly string[] }): { [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(all).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: string,
  errors: FieldError[],
): { readonly value: z.output<Schema> } | undefined {
  const parsed = schema.safeParse(value, { error: schemaWords });
  if (parsed.success) return { value: parsed.data };
  for (const { path, message } of parsed.error.issues)
    errors.push({ pointer: [place, ...path.map(escapePointer)].join('/'), detail: message });
  return undefined;
}

function escapePointer(part: PropertyKey): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1');
}

function invalid(errors: readonly FieldError[]): RequestFailure {
  const first = errors[0];
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  return new RequestFailure('invalid_request', `${first?.pointer}: ${first?.detail}${more}`, { errors });
}

function respond({ body, status, headers = {} }: Answer<unknown>, usual: number): Response {
  const init = { status: status ?? usual, headers: { 'cache-control': 'no-store', ...headers } };
  if (body === undefined) return new Response(null, init);
  return new Response(JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  });
}
