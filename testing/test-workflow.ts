/** One run of a workflow in a test program: the real engine on virtual time, with stubs for the work. */
import { renderDiagnostics } from '../dsl/index.ts';
import { parseDuration } from '../engine/core/duration.ts';
import { SluiceError } from '../engine/core/errors.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { Executor } from '../engine/ports/executor.ts';
import type { EventView, NodeView, RunView } from '../engine/runtime/client/run-view.ts';
import { builtinExecutors } from '../executors/index.ts';
import { whyRun } from './expectation/why.ts';
import { loadWorkflow } from './load-workflow.ts';
import { type Played, play } from './play.ts';
import type { Happening } from './scenario.ts';
import type { StubCall, Stubs } from './stub.ts';

/** What happens from outside, `at` a duration (`5m`) after the start of the run. */
export type TimelineEntry = Happening & { readonly at: string };

export interface TestWorkflowOptions {
  /** The workflow file. Give it, or `text`, or `plan`. */
  readonly file?: string;
  readonly text?: string;
  readonly plan?: Plan;
  /** Name of one of several workflows of the file. Default: the first. */
  readonly workflow?: string;
  readonly inputs?: JsonObject;
  /** Values of secrets. Default: `secret-NAME`. */
  readonly secrets?: { readonly [name: string]: string };
  /** What stands for the work of tasks: by `task`, `task[3]`, `workflow/task`, or `*` for all others. */
  readonly stubs?: Stubs;
  /** Virtual time of the start. Default: 2026-01-01T00:00:00Z. */
  readonly now?: Date | string;
  readonly trigger?: { readonly type: string; readonly [field: string]: Json };
  readonly timeline?: readonly TimelineEntry[];
  /** Executors beside, or in place of, those that come with Sluice. */
  readonly executors?: readonly Executor[];
}

export interface TestRun extends Pick<RunView, 'status' | 'outputs' | 'error' | 'nodes'> {
  /** By id: `resize`, or `resize[3]`. @throws Error when there is no such node */
  node(id: string): NodeView;
  /** What every attempt was given, in the order of their starts. */
  readonly calls: readonly StubCall[];
  readonly events: readonly EventView[];
  /** Virtual time from start to end, ms. */
  readonly durationMs: number;
  /** When the run did not end since nothing more would happen: what it waits for. */
  readonly stuck?: string;
}

/**
 * Runs a workflow to its end, or to the moment from which nothing more would happen. Takes milliseconds, whatever the
 * workflow waits for.
 * @throws SluiceError invalid_workflow with all mistakes, invalid_input; Error for a task without stub or a refused request
 */
export async function testWorkflow(options: TestWorkflowOptions): Promise<TestRun> {
  const executors = [...builtinExecutors(), ...(options.executors ?? [])];
  try {
    return view(await play(scenarioOf(options, executors)));
  } finally {
    await Promise.all(executors.map((one) => (one.place === 'worker' ? one.close?.() : undefined)));
  }
}

function scenarioOf(options: TestWorkflowOptions, executors: readonly Executor[]) {
  const { inputs = {}, secrets = {}, stubs = {}, now, trigger, timeline = [] } = options;
  const { plan, linked, folder } = findPlan(options, executors);
  return {
    plan,
    linked,
    executors,
    stubs,
    secrets,
    inputs,
    ...(now === undefined ? {} : { nowMs: new Date(now).getTime() }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(folder === undefined ? {} : { source: { directory: folder } }),
    timeline: timeline.map(({ at, ...what }) => ({ atMs: durationOf(at), what: what as Happening })),
  };
}

interface FoundPlan {
  readonly plan: Plan;
  readonly linked: readonly Plan[];
  readonly folder?: string;
}

function findPlan(
  { plan, file, text, workflow }: TestWorkflowOptions,
  executors: readonly Executor[],
): FoundPlan {
  if (plan !== undefined) return { plan, linked: [] };
  if (file === undefined && text === undefined)
    throw new Error('testWorkflow needs `file`, `text` or `plan`.');
  const loaded = loadWorkflow(file ?? 'workflow.yaml', executors, text);
  const mistakes = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  if (mistakes.length > 0)
    throw new SluiceError('invalid_workflow', renderDiagnostics(mistakes, loaded.file, { color: false }));
  const found = loaded.plans.find(({ name }) => workflow === undefined || name === workflow);
  if (found === undefined)
    throw new Error(`${loaded.file.path} has no workflow ${JSON.stringify(workflow)}.`);
  const linked = [...loaded.plans.filter((one) => one !== found), ...loaded.linked];
  return { plan: found, linked, folder: loaded.folder };
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined)
    throw new Error(`\`at\` must be a duration such as 5m, but is ${JSON.stringify(text)}.`);
  return ms;
}

function view({ run, calls, events, durationMs, troubles }: Played): TestRun {
  const fatal = troubles.filter(({ kind }) => kind !== 'stuck');
  if (fatal.length > 0) {
    const said = fatal.map(({ kind, message }) =>
      kind === 'missing_stub' ? `the task ${message} has no stub` : message,
    );
    throw new Error(`The test could not be played: ${said.join('; ')}.`);
  }
  const { status, outputs, error, nodes } = run;
  return {
    status,
    outputs,
    error,
    nodes,
    calls,
    events,
    durationMs,
    node(id) {
      const found = nodes.find((one) => one.id === id);
      if (found === undefined)
        throw new Error(`The run has no node ${id}; it has ${nodes.map((one) => one.id).join(', ')}.`);
      return found;
    },
    ...(troubles.length === 0 ? {} : { stuck: whyRun(run) ?? troubles[0]?.message ?? '' }),
  };
}
