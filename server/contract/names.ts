/** What parameters of paths and queries may be. Each is checked by these before it touches a key or a path. */
import { z } from 'zod';
import { NAME_PATTERN } from '../../dsl/name.ts';
import { RUN_STATUSES } from '../../engine/core/node-state.ts';
import { isRunId } from '../../engine/core/run-id.ts';
import { parseLabelText } from './label-text.ts';

export const name = z
  .string()
  .regex(NAME_PATTERN, 'must be a name: letters, digits, _ and -, at most 64, no digit or hyphen first');

export const runId = z.string().refine(isRunId, 'must be the id of a run, 26 letters and digits');

/** `resize`, or `resize[3]`. */
export const nodeId = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,63}(\.compensate)?(\[\d{1,9}\])?$/,
    'must be a node such as resize or resize[3]',
  );

export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

/** Text of a user that stands in histories and lists. */
export const shortText = z.string().max(1_000);

export const namespaceParams = z.object({ namespace: name });
export const runParams = namespaceParams.extend({ run: runId });
export const nodeParams = runParams.extend({ node: nodeId });
export const workflowParams = namespaceParams.extend({ workflow: name });

/** Largest page. */
const MAX_PAGE = 500;

/** Whole number of a query, with bounds. */
export function queryNumber(usual: number, max = MAX_PAGE) {
  return wholeNumber.pipe(z.int().min(1).max(max)).default(usual).describe(`1 to ${max}; default ${usual}.`);
}

export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .default(false);

export const cursor = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9._~-]+$/, 'must be the `next` of an earlier page')
  .describe('`next` of an earlier page: go on there.');

export const page = z.strictObject({ limit: queryNumber(50), cursor: cursor.optional() });

export const status = z.enum(RUN_STATUSES);

/** One, or several with commas between. */
export const statuses = z
  .string()
  .max(200)
  .transform((text) => text.split(','))
  .pipe(z.array(status).min(1))
  .describe(`One or several of ${RUN_STATUSES.join(', ')}, with commas between.`);

export const awaitingFilter = flag.describe(
  'Only runs in which a node waits for somebody: an approval, or a signal.',
);

export const labelFilter = z
  .string()
  .max(2_000)
  .transform((text, { addIssue }) => {
    const labels = parseLabelText(text);
    if (labels !== undefined) return labels;
    addIssue({ code: 'custom', message: 'must be labels such as team=data,env=prod' });
    return z.NEVER;
  })
  .describe(
    'Only runs with all of these labels: `team=data,env=prod`. A `%`, `,` or `=` within one is percent-encoded.',
  );

/** What stands in a run's line. */
export const searchText = z
  .string()
  .min(1)
  .max(200)
  .describe('Only runs with this text in their id, their workflow or a label, whatever the case.');

export const time = z.iso.datetime({ offset: true }).describe('RFC 3339.');
