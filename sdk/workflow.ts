/**
 * A workflow written in TypeScript: it becomes the same source as a file would hold, goes through the same checks, and gives
 * the same plan. So everything in docs/language.md holds here, with the same names.
 */
import { compileWorkflows, type Diagnostic, printWorkflow, renderDiagnostics } from '../dsl/index.ts';
import { SluiceError } from '../engine/core/errors.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';
import type { Plan } from '../engine/core/plan.ts';
import { builtinExecutors } from '../executors/index.ts';
import { type Ref, reference, type TemplateValue } from './reference.ts';
import type { TaskHandle } from './task-handle.ts';
import type { Declarations, InputsOf, ValueOf } from './value-type.ts';
import type { TaskOptions, WorkflowOptions } from './workflow-options.ts';

/** A compiled workflow, with the types of what it takes and gives. */
export interface Workflow<Inputs = JsonObject, Outputs = JsonObject> {
  readonly plan: Plan;
  /** Sub-workflows that came with it: other documents of its file, other files. */
  readonly linked?: readonly Plan[];
  /** The workflow's own folder, whose files go with each run. */
  readonly folder?: string;
  /** The same workflow as YAML. */
  toYaml(): string;
  /** Carries the types only. */
  readonly types?: { readonly inputs: Inputs; readonly outputs: Outputs };
}

/** What a workflow is written with. */
export interface WorkflowBuilder<Inputs = unknown> {
  readonly inputs: Ref<Inputs>;
  /** In tasks with `foreach`. */
  readonly item: Ref<unknown>;
  readonly index: Ref<number>;
  /** In tasks with `matrix`. */
  readonly matrix: Ref<{ readonly [axis: string]: unknown }>;
  readonly run: Ref<{
    readonly id: string;
    readonly workflow: string;
    readonly logical_time: string;
    readonly started_at: string;
    readonly attempt: number;
    readonly status: string;
  }>;
  readonly env: Ref<{ readonly [name: string]: string }>;
  readonly trigger: Ref<unknown>;
  readonly secrets: Ref<{ readonly [name: string]: string }>;
  /** Adds a task, with the keys of the language. What it declares under `outputs` gives its references their types. */
  task<const D extends Declarations = Record<never, never>>(
    id: string,
    options: TaskOptions & { readonly outputs?: D },
  ): TaskHandle<keyof D extends never ? unknown : { readonly [N in keyof D]: ValueOf<D[N]> }>;
}

/** Type of a workflow output from what was given for it. */
export type OutputOf<V> =
  V extends Ref<infer T> ? (unknown extends T ? Json : T) : V extends string ? string : Json;

/**
 * Writes a workflow. `build` adds its tasks and returns its outputs.
 * @throws SluiceError invalid_workflow with all mistakes, each with its place in the YAML that it stands for
 */
export function workflow<
  const I extends Declarations = Record<never, never>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a builder without outputs returns nothing
  O extends { readonly [name: string]: TemplateValue } | void = void,
>(
  name: string,
  options: WorkflowOptions & { readonly inputs?: I },
  build: (w: WorkflowBuilder<{ readonly [N in keyof I]: ValueOf<I[N]> }>) => O,
): Workflow<
  InputsOf<I>,
  O extends void ? Record<never, never> : { readonly [N in keyof O]: OutputOf<O[N]> }
> {
  const { folder, ...head } = options;
  const tasks = new Map<string, unknown>();
  const outputs = build(builderOf(name, tasks)) ?? undefined;
  const source = plainData({ name, ...head, ...(outputs === undefined ? {} : { outputs }) });
  const bodies = new Map([...tasks].map(([id, body]) => [id, plainData(body)]));
  // Only printed, and what is printed is checked as a file is.
  const text = printWorkflow({ ...source, tasks: bodies } as Parameters<typeof printWorkflow>[0]);
  const plan = compileText(name, text);
  return { plan, toYaml: () => text, ...(folder === undefined ? {} : { folder }) };
}

function builderOf<Inputs>(workflowName: string, tasks: Map<string, unknown>): WorkflowBuilder<Inputs> {
  return {
    inputs: reference('inputs'),
    item: reference('item'),
    index: reference('index'),
    matrix: reference('matrix'),
    run: reference('run'),
    env: reference('env'),
    trigger: reference('trigger'),
    secrets: reference('secrets'),
    task(id, options) {
      if (tasks.has(id))
        throw new SluiceError(
          'invalid_workflow',
          `The workflow ${workflowName} has two tasks "${id}"; rename one of them.`,
        );
      tasks.set(id, options);
      const at = `tasks.${id}`;
      return {
        id,
        outputs: reference(`${at}.outputs`),
        artifacts: reference(`${at}.artifacts`),
        status: reference(`${at}.status`),
        error: reference(`${at}.error`),
        attempts: reference(`${at}.attempts`),
        toJSON: () => id,
      };
    },
  };
}

/** References become `${{ … }}`, handles of tasks their ids; what is undefined is left out. */
function plainData(value: unknown): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

function compileText(name: string, text: string): Plan {
  const file = { path: `${name}.yaml`, text };
  const { plans, diagnostics } = compileWorkflows(file, { executors: builtinExecutors() });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [plan] = plans;
  if (plan && errors.length === 0) return plan;
  throw invalidWorkflow(name, errors, renderDiagnostics(errors, file, { color: false }));
}

export function invalidWorkflow(name: string, errors: readonly Diagnostic[], rendered: string): SluiceError {
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  return new SluiceError('invalid_workflow', `The workflow ${name} has ${count}:\n${rendered.trimEnd()}`, {
    details: errors as unknown as Json,
  });
}
