/** A workflow that comes with a request: its text, the texts of the files that it names, and its folder, uploaded before. */
import { z } from 'zod';

/** Largest workflow file, characters. */
export const MAX_SOURCE = 1_000_000;
/** All that comes with one: four bytes a character at most. */
export const SENT_BYTES = 4 * MAX_SOURCE;
/** Files that one names. */
const MAX_FILES = 200;

export const source = z.string().min(1).max(MAX_SOURCE).describe('Text of the workflow file, YAML.');

const file = z
  .string()
  .max(200)
  .regex(/^[^/\\\0]+$/, 'must be the name of a file, without its folder')
  .describe('Its name: in diagnostics, and of a workflow that has no `name`. Default: workflow.yaml.');

/** Keys of one map and nothing else: no path of the server is ever made of them. */
const files = z
  .record(z.string().min(1).max(500), z.string().max(MAX_SOURCE))
  .refine((given) => Object.keys(given).length <= MAX_FILES, `must hold no more than ${MAX_FILES} files`)
  .describe(
    'Texts of other workflow files that it names (`workflow: ./load.yaml`), by their paths from its folder.',
  );

export const bundleHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the hash of a folder, 64 hexadecimal digits');

/** Beside the text. */
export const besideSource = {
  file: file.optional(),
  files: files.optional(),
  folder: bundleHash
    .optional()
    .describe('Hash of its folder, uploaded before: the files that its tasks see.'),
};
