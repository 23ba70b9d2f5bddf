/** Options of `uses: docker`. */
import { z } from 'zod';

const BYTES = /^(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?$/i;
const SIZES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
]);
/** Docker refuses less. */
const LEAST_MEMORY = 6 * 1024 ** 2;
const SIZE = 'expected a size such as `512m` or `2g`, 6m at least';

const argument = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected text, a number, true or false',
});

const mount = z.strictObject({
  source: z
    .string()
    .min(1)
    .describe('A path from the workflow’s folder, or an absolute one that the worker allows.'),
  target: z.string().startsWith('/', { error: 'expected an absolute path in the container' }),
  read_only: z.boolean().default(true),
});

export const dockerOptions = z
  .strictObject({
    image: z
      .string({ error: 'expected the name of an image' })
      .regex(/^[A-Za-z0-9][A-Za-z0-9._\-/:@]*$/, {
        error: 'expected the name of an image, such as `alpine:3.20`',
      })
      .describe('Image of the container, such as `alpine:3.20`.'),
    run: z
      .string()
      .min(1, { error: 'the script is empty' })
      .optional()
      .describe('Script for `/bin/sh -e` in the container, or for the `shell` of the task.'),
    command: z
      .array(argument)
      .min(1, { error: 'the list is empty; its first item is the program' })
      .optional()
      .describe('Program and arguments. Without `run` and `command`: what the image runs by itself.'),
    mounts: z
      .array(mount)
      .max(50)
      .default([])
      .describe(
        'Folders and files to mount: `{ source, target, read_only }`; `read_only` is true unless said.',
      ),
    memory: z
      .union([z.string(), z.int()], { error: SIZE })
      .refine((value) => (bytesOf(value) ?? 0) >= LEAST_MEMORY, { error: SIZE })
      .optional()
      .describe('Most memory, as `512m` or in bytes. Default: no limit.'),
    cpus: z
      .number({ error: 'expected a number above 0, such as 0.5' })
      .positive({ error: 'expected a number above 0, such as 0.5' })
      .max(1_024)
      .optional()
      .describe('Most processors, such as 0.5. Default: no limit.'),
    network: z
      .string()
      .min(1)
      .default('bridge')
      .describe('`bridge` (default), `none`, or a network that the worker allows.'),
    pull: z
      .enum(['always', 'missing', 'never'], { error: 'expected `always`, `missing` or `never`' })
      .default('missing')
      .describe('When to fetch the image: `missing` (default), `always` or `never`.'),
    user: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+)?$/, {
        error: 'expected a user such as `1000:1000`',
      })
      .optional()
      .describe('User in the container, as `name`, `uid` or `uid:gid`. Default: the user of the worker.'),
  })
  .refine(({ run, command }) => run === undefined || command === undefined, {
    error: 'give `run` (a script) or `command` (a list), not both',
  });

export type DockerOptions = z.infer<typeof dockerOptions>;

export function bytesOf(size: string | number): number | undefined {
  if (typeof size === 'number') return size;
  const [, number, unit = ''] = BYTES.exec(size.trim()) ?? [];
  return number === undefined ? undefined : Math.floor(Number(number) * (SIZES.get(unit.toLowerCase()) ?? 1));
}
