/** Which noun of the language stands at a path, and which keys it has. */
import { z } from 'zod';
import type { Noun } from '../known-key.ts';
import type { Path } from '../position.ts';
import { compensate, task } from './task.ts';
import { after, kafka, trigger, webhook } from './trigger.ts';
import { defaults, HANDLER_MAPS, workflow } from './workflow.ts';

const KEYS: Readonly<Record<Noun, readonly string[]>> = {
  workflow: Object.keys(workflow.shape),
  task: Object.keys(task.shape),
  defaults: Object.keys(defaults.shape),
  compensate: Object.keys(compensate.shape),
  retry: objectKeys(task.shape.retry),
  repeat: objectKeys(task.shape.repeat),
  cache: objectKeys(task.shape.cache),
  concurrency: objectKeys(task.shape.concurrency),
  run_concurrency: objectKeys(workflow.shape.concurrency),
  rate_limit: objectKeys(task.shape.rate_limit),
  notify: objectKeys(task.shape.notify),
  callback: objectKeys(workflow.shape.callback),
  retention: objectKeys(workflow.shape.retention),
  age: ['succeeded', 'failed', 'cancelled'],
  trigger: Object.keys(trigger.shape),
  after: Object.keys(after.shape),
  webhook: Object.keys(webhook.shape),
  kafka: Object.keys(kafka.shape),
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

/** Maps of the workflow whose entries are tasks. */
const TASK_MAPS: ReadonlySet<unknown> = new Set(['tasks', 'templates', ...HANDLER_MAPS]);

/** Key of a task → the noun that stands there, or is an entry of the list there. */
const TASK_NOUNS: ReadonlyMap<unknown, Noun> = new Map<unknown, Noun>([
  ['retry', 'retry'],
  ['repeat', 'repeat'],
  ['cache', 'cache'],
  ['concurrency', 'concurrency'],
  ['rate_limit', 'rate_limit'],
  ['notify', 'notify'],
  ['needs', 'need'],
]);

const WORKFLOW_NOUNS: ReadonlyMap<unknown, Noun> = new Map<unknown, Noun>([
  ['defaults', 'defaults'],
  ['concurrency', 'run_concurrency'],
  ['notify', 'notify'],
  ['callback', 'callback'],
  ['retention', 'retention'],
]);

const TRIGGER_NOUNS: ReadonlyMap<unknown, Noun> = new Map<unknown, Noun>([
  ['after', 'after'],
  ['webhook', 'webhook'],
  ['kafka', 'kafka'],
]);

/** The noun whose map stands at the path; undefined for maps whose keys an author chooses. */
export function nounAt(path: Path): Noun | undefined {
  const [first, second, ...rest] = path;
  if (path.length === 0) return 'workflow';
  if (TASK_MAPS.has(first)) return second === undefined ? undefined : taskNounAt(rest);
  if (first === 'inputs') return 'value';
  if (first === 'triggers') return rest.length === 0 ? 'trigger' : TRIGGER_NOUNS.get(rest[0]);
  if (second === undefined || (path.length === 2 && typeof second === 'number'))
    return WORKFLOW_NOUNS.get(first);
  if (first === 'defaults') return second === 'retry' && rest.length === 0 ? 'retry' : undefined;
  return first === 'retention' && second === 'age' ? 'age' : undefined;
}

function taskNounAt(path: Path): Noun | undefined {
  const [key, second] = path;
  if (key === undefined) return 'task';
  if (key === 'outputs') return 'value';
  if (key === 'compensate') {
    if (path.length === 1) return 'compensate';
    return second === 'retry' ? 'retry' : undefined;
  }
  return path.length === 1 || typeof second === 'number' ? TASK_NOUNS.get(key) : undefined;
}

/** The keys of all objects within unions, lists and optionals. */
export function objectKeys(schema: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return objectKeys(schema.unwrap());
  if (schema instanceof z.ZodArray) return objectKeys(schema.element);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(objectKeys))];
  return schema instanceof z.ZodPipe ? objectKeys(schema.in) : [];
}
