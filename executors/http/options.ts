/** Options of the http executor. */
import { z } from 'zod';
import {
  bareExpression,
  type Expression,
  ExpressionSyntaxError,
  parseExpression,
} from '../../engine/core/expression/index.ts';

export const DEFAULT_MAX_BYTES = 1_000_000;
/** What expressions over the response may name. */
const CONTEXTS = ['status', 'headers', 'body'];
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected text, a number, true or false',
});

export const httpOptions = z
  .strictObject({
    url: z
      .string()
      .refine(isHttpUrl, { error: 'expected an absolute URL that begins with http:// or https://' })
      .describe('Absolute URL, http or https.'),
    method: z
      .string()
      .regex(TOKEN, { error: 'expected a method such as GET or POST' })
      .optional()
      .describe('Method. Default: GET, or POST when there is a `json` or `body`.'),
    headers: z
      .record(z.string(), scalar)
      .optional()
      .describe('Request headers. A list is not possible; join it with commas.'),
    query: z
      .record(
        z.string(),
        z.union([scalar, z.array(scalar), z.null()], {
          error: 'expected text, a number, true, false, null or a list of those',
        }),
      )
      .optional()
      .describe('Query parameters added to the URL. A list repeats the name; null leaves it out.'),
    json: z.unknown().optional().describe('Request body, sent as JSON with its content type.'),
    body: z.string().optional().describe('Request body as text. Set its content type under `headers`.'),
    success: z
      .union([z.string(), z.boolean()])
      .refine(isOverResponse, { error: explain })
      .optional()
      .describe(
        'Condition over `status`, `headers` (lower-case names) and `body`. Default: status 200 to 299.',
      ),
    cost: z
      .union([z.string(), z.number()])
      .refine(isOverResponse, { error: explain })
      .optional()
      .describe(
        'What the request cost: an expression over `status`, `headers` and `body`. Null: its time counts.',
      ),
    max_bytes: z
      .number()
      .int()
      .positive()
      .default(DEFAULT_MAX_BYTES)
      .describe('Largest response body in bytes, after decompression. A larger one fails the task.'),
  })
  .refine((options) => options.json === undefined || options.body === undefined, {
    error: 'give either `json` or `body`, not both',
  });

export type HttpOptions = z.infer<typeof httpOptions>;

/** @throws ExpressionSyntaxError */
export function parseOverResponse(text: string): Expression {
  return parseExpression(bareExpression(text));
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isOverResponse(value: string | number | boolean): boolean {
  return problemOf(value) === undefined;
}

function explain(issue: { readonly input?: unknown }): string {
  const { input } = issue;
  const problem = typeof input === 'string' ? problemOf(input) : undefined;
  return problem ?? 'expected an expression over the response, such as `status == 200`';
}

function problemOf(value: string | number | boolean): string | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const foreign = parseOverResponse(value).references.find(({ path }) => !CONTEXTS.includes(path[0] ?? ''));
    return (
      foreign &&
      `\`${foreign.path.join('.')}\` is not known here; only \`status\`, \`headers\` and \`body\` are`
    );
  } catch (error) {
    if (error instanceof ExpressionSyntaxError) return error.message;
    throw error;
  }
}
