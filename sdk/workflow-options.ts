/** The keys of workflows and tasks as the language has them, with references where it takes expressions. Types only. */
import type { TaskSource, WorkflowSource } from '../dsl/index.ts';
import type { AnyRef, Templated } from './reference.ts';
import type { TaskHandle } from './task-handle.ts';
import type { Declarations } from './value-type.ts';

/** A task that is needed, by its handle or its name. */
export type NeededTask = Pick<TaskHandle, 'id' | 'toJSON'> | string;

type When = 'success' | 'failure' | 'skipped' | 'done';

export type Need =
  | NeededTask
  | {
      readonly task: NeededTask;
      readonly when?: When | readonly When[];
      readonly case?: string | readonly string[];
      readonly optional?: boolean;
    };

type TaskKeys = Omit<TaskSource, 'needs' | 'outputs' | 'if' | 'foreach' | 'files'>;

/** The body of a task: see docs/language.md. */
export type TaskOptions = { readonly [N in keyof TaskKeys]: Templated<TaskKeys[N]> } & {
  readonly needs?: Need | readonly Need[];
  /** An expression, such as `expr\`${a.outputs.rows} > 0\``. */
  readonly if?: AnyRef | string | boolean | undefined;
  readonly foreach?: AnyRef | string | readonly unknown[] | undefined;
  readonly files?: { readonly [path: string]: AnyRef | string | undefined };
  readonly outputs?: Declarations;
};

type WorkflowKeys = Omit<WorkflowSource, 'name' | 'tasks' | 'inputs' | 'outputs'>;

/** The head of a workflow: see docs/language.md. */
export type WorkflowOptions = { readonly [N in keyof WorkflowKeys]: Templated<WorkflowKeys[N]> } & {
  readonly inputs?: Declarations;
  /** The workflow's own folder: scripts and modules are found there, and go with each run. */
  readonly folder?: string;
};
