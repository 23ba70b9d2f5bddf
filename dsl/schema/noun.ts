/** Which noun of the language stands at a path, and which keys it has. */
import { z } from 'zod';
import type { Noun } from '../known-key.ts';
import type { Path } from '../position.ts';
import { task } from './task.ts';
import { defaults, workflow } from './workflow.ts';

const KEYS: Readonly<Record<Noun, readonly string[]>> = {
  workflow: Object.keys(workflow.shape),
  task: Object.keys(task.shape),
  defaults: Object.keys(defaults.shape),
  retry: objectKeys(task.shape.retry),
  need: objectKeys(task.shape.needs),
  value: [
    'type',
    'default',
    'required',
    'description',
    'enum',
    'minimum',
    'maximum',
    'pattern',
    'items',
    'properties',
  ],
  matrix: ['include', 'exclude'],
};

export function keysOf(noun: Noun): readonly string[] {
  return KEYS[noun];
}

/** The noun whose map stands at the path; undefined for maps whose keys an author chooses. */
export function nounAt(path: Path): Noun | undefined {
  const [first, , third] = path;
  if (path.length === 0) return 'workflow';
  if (path.at(-1) === 'retry') return 'retry';
  if (first === 'defaults') return path.length === 1 ? 'defaults' : undefined;
  if (first === 'inputs') return 'value';
  if (first !== 'tasks') return undefined;
  if (path.length === 2) return 'task';
  if (third === 'needs') return 'need';
  return third === 'outputs' ? 'value' : undefined;
}

/** The keys of all objects within unions, lists and optionals. */
export function objectKeys(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return objectKeys(schema.unwrap());
  if (schema instanceof z.ZodArray) return objectKeys(schema.element);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(objectKeys))];
  return schema instanceof z.ZodPipe ? objectKeys(schema.in) : [];
}
