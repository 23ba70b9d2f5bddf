/**
 * What one operation of the API is: where it is, who may call it, what goes in and what comes out. Pure description: the
 * server binds a handler to it (route.ts), the client calls by it (client/), the OpenAPI document is made of it (openapi/).
 */
import { z } from 'zod';
import type { Role } from '../engine/core/access/role.ts';

export { ROLES, type Role } from '../engine/core/access/role.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** A reply that is not JSON of a schema. */
export interface RawReply {
  readonly mediaType: string;
  readonly description: string;
}

export interface Operation<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  /** Unique: the name of the operation in OpenAPI. */
  readonly id: string;
  readonly method: Method;
  /** With `{name}` for each of `params`. `{namespace}` is the namespace that the role must hold in. */
  readonly path: string;
  /**
   * The least role that may call it. `public`: anybody, without a token. `token`: whoever has a token; its handler then looks at each object,
   * and answers as if those were not there that the caller may not see (`Call.may`).
   */
  readonly role: Role | 'public' | 'token';
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: Params;
  readonly query: Query;
  /** Names of request headers that mean something, lower case, and what. */
  readonly headers?: { readonly [name: string]: string };
  /** `z.undefined()`: it takes none. */
  readonly body: Body;
  /** Largest body, bytes. Default: `DEFAULT_BODY_BYTES`. */
  readonly bodyBytes?: number;
  /** Of success. */
  readonly status: 200 | 201 | 202 | 204;
  readonly reply: Reply;
  readonly raw?: RawReply;
}

export const DEFAULT_BODY_BYTES = 1_048_576;

export type AnyOperation = Operation;

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

type Given<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Reply extends z.ZodType,
> = Omit<Operation, 'params' | 'query' | 'body' | 'reply' | 'status'> & {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly reply?: Reply;
  readonly status?: Operation['status'];
};

/** Fills in what most operations leave out: no parameters, no query, no body, status 200. */
export function operation<
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = z.ZodUndefined,
  Reply extends z.ZodType = z.ZodUndefined,
>(given: Given<Params, Query, Body, Reply>): Operation<Params, Query, Body, Reply> {
  // What is left out has the default type, and gets the default value.
  const parts = { params: NOTHING, query: NOTHING, body: z.undefined(), reply: z.undefined(), status: 200 };
  return { ...parts, ...given } as unknown as Operation<Params, Query, Body, Reply>;
}

/** Whether it belongs to one namespace, which then stands in its path. */
export function isNamespaced({ path }: Pick<AnyOperation, 'path'>): boolean {
  return path.includes('{namespace}');
}
