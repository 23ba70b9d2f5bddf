/** `retention`: how long ended runs are kept. */
import { z } from 'zod';
import { duration } from './common.ts';

const ages = z.strictObject({
  succeeded: duration.optional().describe('Age at which succeeded runs are removed.'),
  failed: duration.optional().describe('Age at which failed runs are removed.'),
  cancelled: duration.optional().describe('Age at which cancelled runs are removed.'),
});

export const retention = z.union([
  duration.describe('Age at which ended runs are removed.'),
  z.strictObject({
    age: z
      .union([duration.describe('Age at which ended runs are removed.'), ages])
      .optional()
      .describe('Age at which runs are removed, of all or by how they ended.'),
    count: z.int().min(1).optional().describe('Runs that are kept, newest first.'),
  }),
]);

export type RetentionSource = z.infer<typeof retention>;
