/** The OpenAPI 3.1 document, made of the route table: schemas that have an id stand once, under components. */
import { z } from 'zod';
import type { Json, JsonObject } from '../../engine/core/json.ts';
import { type AnyOperation, isNamespaced } from '../operation.ts';
import { problem } from '../problem.ts';

export interface DocumentOptions {
  readonly version: string;
}

export function openApiDocument(routes: readonly AnyOperation[], { version }: DocumentOptions): JsonObject {
  const components = new Components();
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const route of routes) {
    // OpenAPI has no way to say that a parameter takes slashes.
    const place = route.path.replace('*}', '}');
    const path = paths[place] ?? {};
    paths[place] = path;
    path[route.method] = operationObject(route, components);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sluice',
      version,
      description: 'Starts, steers and shows workflows. Failures are application/problem+json (RFC 9457).',
    },
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token.' } },
    },
  };
}

function operationObject(route: AnyOperation, components: Components): JsonObject {
  const { id, tag, summary, description, role, status } = route;
  const isBodyless = route.body instanceof z.ZodUndefined;
  const requires =
    role === 'public'
      ? 'Needs no token.'
      : role === 'token'
        ? 'Needs a token.'
        : `Needs the role ${role}${isNamespaced(route) ? ' in the namespace' : ' in all namespaces'}.`;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: description === undefined ? requires : `${description} ${requires}`,
    'x-sluice-role': role,
    ...(role === 'public' ? {} : { security: [{ token: [] }] }),
    parameters: parametersOf(route, components),
    ...(isBodyless
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: { 'application/json': { schema: components.schemaOf(route.body, 'input') } },
          },
        }),
    responses: {
      [String(status)]: replyObject(route, components),
      default: {
        description: 'A failure.',
        content: { 'application/problem+json': { schema: components.schemaOf(problem, 'output') } },
      },
    },
  };
}

function replyObject({ raw, reply, summary }: AnyOperation, components: Components): JsonObject {
  if (raw) return { description: raw.description, content: { [raw.mediaType]: {} } };
  if (reply instanceof z.ZodUndefined) return { description: 'Done.' };
  const schema = components.schemaOf(reply, 'output');
  return { description: `${summary}.`, content: { 'application/json': { schema } } };
}

function parametersOf({ params, query, headers = {} }: AnyOperation, components: Components): Json[] {
  return [
    ...parametersIn('path', params, components),
    ...parametersIn('query', query, components),
    ...Object.entries(headers).map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    })),
  ];
}

function parametersIn(place: 'path' | 'query', shape: z.ZodObject, components: Components): Json[] {
  return Object.entries(shape.shape).map(([name, value]) => {
    // Members of a zod object's shape are zod schemas.
    const field = value as z.ZodType;
    const { description } = field;
    return {
      name,
      in: place,
      required: place === 'path' || !field.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: components.schemaOf(field, 'input'),
    };
  });
}

/** Collects schemas with an id, and leaves references in their places. */
class Components {
  readonly schemas: { [name: string]: Json } = {};

  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as unknown as JsonObject;
    const { $schema: _schema, $defs = {}, ...own } = made;
    for (const [name, definition] of Object.entries($defs as JsonObject)) this.#keep(name, definition);
    const id = schema.meta()?.id;
    if (id === undefined) return relinked(own);
    this.#keep(id, own);
    return { $ref: `#/components/schemas/${id}` };
  }

  #keep(name: string, definition: Json): void {
    this.schemas[name] ??= relinked(definition);
  }
}

/** References to `$defs` lead to the components; ids of schemas stay out, they would be addresses. */
function relinked(value: Json): Json {
  if (Array.isArray(value)) return value.map(relinked);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key, member]) => key !== 'id' || typeof member !== 'string');
  return Object.fromEntries(
    members.map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : relinked(member),
    ]),
  );
}
