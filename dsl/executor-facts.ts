/** What the compiler must know of an executor: its options, where it runs, which options are conditions. */
import type { z } from 'zod';
import type { ValueSpec } from '../engine/core/plan.ts';

/** The part of an executor that checking a workflow needs; every `Executor` of the engine has it. */
export interface ExecutorFacts {
  readonly name: string;
  readonly place: 'worker' | 'engine';
  readonly summary?: string;
  readonly options?: z.ZodType;
  readonly fixedOutputs?: { readonly [name: string]: ValueSpec };
  /** Options that hold conditions, as paths: `cases[].if`. */
  readonly conditions?: readonly string[];
}

/** What is known without a list of executors: the names, the place, and what the language itself says of them. */
export const BUILTIN_FACTS: readonly ExecutorFacts[] = [
  { name: 'shell', place: 'worker' },
  {
    name: 'http',
    place: 'worker',
    fixedOutputs: { status: { type: 'integer' }, headers: { type: 'object' }, body: { type: 'any' } },
  },
  { name: 'module', place: 'worker' },
  { name: 'function', place: 'worker' },
  { name: 'docker', place: 'worker' },
  {
    name: 'kafka',
    place: 'worker',
    fixedOutputs: { partition: { type: 'integer' }, offset: { type: 'string' } },
  },
  { name: 'notify', place: 'worker', fixedOutputs: { delivery_id: { type: 'string' } } },
  { name: 'wait', place: 'engine' },
  {
    name: 'approval',
    place: 'engine',
    fixedOutputs: {
      decision: { type: 'string' },
      by: { type: 'string' },
      comment: { type: 'string' },
      form: { type: 'object' },
    },
  },
  { name: 'switch', place: 'engine', fixedOutputs: { case: { type: 'string' } }, conditions: ['cases[].if'] },
  { name: 'transform', place: 'engine' },
  { name: 'fail', place: 'engine' },
  { name: 'noop', place: 'engine' },
];

/** The action of a task with `workflow`, which no executor serves: the engine starts a run. */
export const CHILD_FACTS: ExecutorFacts = { name: 'workflow', place: 'engine' };

/**
 * Conditions that the worker evaluates itself, over what only it knows. They stay text without braces.
 * The list is the language's: LANGUAGE names `success` of http among the conditions.
 */
export const WORKER_CONDITIONS: ReadonlyMap<string, readonly string[]> = new Map([['http', ['success']]]);
