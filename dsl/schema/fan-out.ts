/** `foreach`, `matrix` and what bounds them. */
import { z } from 'zod';
import { anyJson, template } from './common.ts';

export const foreach = z.union([
  z.string().min(1).describe('Expression whose value is a list.'),
  z.array(template).describe('The items.'),
]);

const axis = z.union([
  z.string().min(1).describe('Expression whose value is a list.'),
  z.array(template).min(1).describe('The values of the axis.'),
]);

const combinations = z.union([
  z.string().min(1).describe('Expression whose value is a list of maps.'),
  z.array(z.record(z.string(), anyJson)).describe('Combinations, each a map of axis to value.'),
]);

/** Axes are all other keys; they are checked by name in `check/fan-out.ts`. */
export const matrix = z
  .object({
    include: combinations
      .optional()
      .describe('Combinations that are added, or that add keys to those they agree with.'),
    exclude: combinations.optional().describe('Combinations that are left out.'),
  })
  .catchall(axis.describe('An axis: its name, and its values.'));

export const maxFailures = z.union([
  z.int().min(0).describe('How many nodes may fail.'),
  z
    .string()
    .regex(/^(100|\d{1,2})(\.\d+)?%$/)
    .describe('Share of all nodes that may fail, such as `20%`, rounded down.'),
]);

export type MatrixSource = z.infer<typeof matrix>;
