/** Runs the tests of one file and says of each whether its expectations were met, and where those stand that were not. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic, SourceFile } from '../dsl/diagnostic.ts';
import { locateValue, type Path } from '../dsl/position.ts';
import type { SourceDocument } from '../dsl/source-document.ts';
import { messageOf } from '../engine/core/errors.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { Executor } from '../engine/ports/executor.ts';
import { checkExpectation, type Unmet } from './expectation/index.ts';
import { whyRun } from './expectation/why.ts';
import { type Played, play, type Trouble } from './play.ts';
import { executedIn } from './stub.ts';
import { checkTestFile } from './test-file/check.ts';
import { diagnosticsOf, readTestFile } from './test-file/read.ts';
import { toScenario } from './test-file/scenario.ts';
import type { TestCaseSource, TestFileSource } from './test-file/schema.ts';

/** A workflow file, compiled. */
export interface LoadedWorkflow {
  readonly file: SourceFile;
  readonly plans: readonly Plan[];
  /** Plans of the sub-workflows that the file names. */
  readonly linked: readonly Plan[];
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute. */
  readonly folder: string;
}

export interface TestFileOptions {
  /** Path of the file, from the current folder. */
  readonly path: string;
  readonly text: string;
  readonly executors: readonly Executor[];
  /** Reads and compiles a workflow file. @throws Error when it cannot be read. */
  readonly load: (path: string) => LoadedWorkflow;
  /** Only tests whose name holds this text, upper and lower case alike. */
  readonly filter?: string | undefined;
  /** Whether there is such a file; by default on this machine. */
  readonly exists?: ((path: string) => boolean) | undefined;
  /** False: a test that wants real work done fails. Default true. */
  readonly mayExecute?: boolean;
  /** Aborts when the tests have had their time: what runs then is stuck, and the others are skipped, which is said. */
  readonly signal?: AbortSignal | undefined;
}

export interface LocatedUnmet extends Unmet {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface TestReport {
  readonly name: string;
  readonly line: number;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly unmet: readonly LocatedUnmet[];
  /** Real time, ms. */
  readonly tookMs: number;
  /** Virtual time of the run, ms. */
  readonly virtualMs: number;
  /** Why it was skipped, where the test says so. */
  readonly reason?: string;
}

export interface FileReport {
  readonly file: SourceFile;
  /** Mistakes of the test file; with errors no test was run. */
  readonly diagnostics: readonly Diagnostic[];
  /** Mistakes of the workflow; with errors no test was run. */
  readonly workflow?: { readonly file: SourceFile; readonly diagnostics: readonly Diagnostic[] };
  readonly tests: readonly TestReport[];
}

export async function runTestFile(options: TestFileOptions): Promise<FileReport> {
  const file = { path: options.path, text: options.text };
  const { report, document, source } = readTestFile(file);
  const refused = (more: Partial<FileReport> = {}) => ({
    file,
    diagnostics: diagnosticsOf(report),
    tests: [],
    ...more,
  });
  if (document === undefined || source === undefined) return refused();
  const workflow = findWorkflow(options, source, document);
  if (workflow === undefined) return refused();
  const { plan, loaded } = workflow;
  const mistakes = loaded.diagnostics.filter(({ severity }) => severity === 'error');
  if (plan === undefined) return refused({ workflow: { file: loaded.file, diagnostics: mistakes } });
  const linked = [...loaded.plans.filter((one) => one !== plan), ...loaded.linked];
  const engineExecutors = new Set(
    options.executors.flatMap((one) => (one.place === 'engine' ? [one.name] : [])),
  );
  checkTestFile({ document, source, plan, linked, engineExecutors });
  if (report.errors > 0) return refused();
  const runner = new TestRunner(document, {
    file: source,
    plan,
    linked,
    executors: options.executors,
    folder: loaded.folder,
    mayExecute: options.mayExecute ?? true,
    signal: options.signal,
  });
  const tests: TestReport[] = [];
  for (const [index, test] of source.tests.entries())
    if (isWanted(test.name, options.filter)) tests.push(await runner.run(test, index));
  return { file, diagnostics: diagnosticsOf(report), tests };
}

function isWanted(name: string, filter: string | undefined): boolean {
  return filter === undefined || name.toLowerCase().includes(filter.toLowerCase());
}

/** The workflow of the test file; what is wrong with its name is in the report. `plan` is absent when it has mistakes. */
function findWorkflow(
  options: TestFileOptions,
  source: TestFileSource,
  document: SourceDocument,
): { readonly plan: Plan | undefined; readonly loaded: LoadedWorkflow } | undefined {
  const { exists = existsSync } = options;
  const folder = dirname(options.path);
  const [path, name] = source.workflow?.split('#') ?? [workflowBeside(options.path, exists)];
  const refuse = (message: string, hint: string) => {
    document.error({
      code: 'file_not_found',
      path: source.workflow === undefined ? [] : ['workflow'],
      message,
      hint,
    });
    return undefined;
  };
  if (path === undefined)
    return refuse('There is no workflow file beside this test file.', 'Say which it is: `workflow: FILE`.');
  const full = join(folder, path);
  if (!exists(full))
    return refuse(`There is no file ${full}.`, '`workflow` is a path from the folder of the test file.');
  const loaded = options.load(full);
  if (loaded.diagnostics.some(({ severity }) => severity === 'error')) return { plan: undefined, loaded };
  const plan = name === undefined ? loaded.plans[0] : loaded.plans.find((one) => one.name === name);
  if (plan !== undefined) return { plan, loaded };
  const known = loaded.plans.map((one) => one.name).join(', ');
  return refuse(`${full} has no workflow \`${name}\`.`, `It has ${known}.`);
}

/** `order.test.yaml` tests `order.yaml`; without such a file `workflow.yaml`, where there is one. */
function workflowBeside(path: string, exists: (path: string) => boolean): string | undefined {
  const stem = basename(path).replace(/\.test\.ya?ml$/, '');
  const names = [`${stem}.yaml`, `${stem}.yml`, 'workflow.yaml', 'workflow.yml'];
  return names.find((name) => exists(join(dirname(path), name)));
}

interface Ground {
  readonly file: TestFileSource;
  readonly plan: Plan;
  readonly linked: readonly Plan[];
  readonly executors: readonly Executor[];
  readonly folder: string;
  readonly mayExecute: boolean;
  readonly signal: AbortSignal | undefined;
}

class TestRunner {
  readonly #document: SourceDocument;
  readonly #ground: Ground;

  constructor(document: SourceDocument, ground: Ground) {
    this.#document = document;
    this.#ground = ground;
  }

  async run(test: TestCaseSource, index: number): Promise<TestReport> {
    const path = ['tests', index];
    const { line } = this.#place([...path, 'name']);
    const base = { name: test.name, line, unmet: [], tookMs: 0, virtualMs: 0 };
    if (test.skip !== undefined && test.skip !== false) {
      return { ...base, outcome: 'skipped', ...(typeof test.skip === 'string' ? { reason: test.skip } : {}) };
    }
    if (this.#ground.signal?.aborted)
      return { ...base, outcome: 'skipped', reason: 'those before it took all the time that there is here' };
    const before = performance.now();
    const { unmet, virtualMs } = await this.#judge(test, path);
    const located = unmet
      .map((one) => ({ ...one, ...this.#place(one.path) }))
      .sort((a, b) => a.line - b.line || a.column - b.column);
    const tookMs = performance.now() - before;
    return { ...base, outcome: unmet.length === 0 ? 'passed' : 'failed', unmet: located, tookMs, virtualMs };
  }

  async #judge(test: TestCaseSource, path: Path): Promise<{ unmet: readonly Unmet[]; virtualMs: number }> {
    const { mayExecute, signal, ...ground } = this.#ground;
    let played: Played;
    try {
      const scenario = { ...toScenario({ ...ground, test }), signal };
      const executed = mayExecute ? undefined : executedIn(scenario.stubs);
      if (executed !== undefined) return { unmet: [realWork(executed, path)], virtualMs: 0 };
      played = await play(scenario);
    } catch (thrown) {
      return {
        unmet: [{ path, message: `the test could not be played: ${messageOf(thrown)}` }],
        virtualMs: 0,
      };
    }
    const troubles = played.troubles.map((one) => troubleUnmet(one, played, path));
    // What was expected follows from these, and would only hide them.
    const isBroken = played.troubles.some(({ kind }) => kind === 'missing_stub' || kind === 'defect');
    const isStuck = played.troubles.some(({ kind }) => kind === 'stuck');
    const unmet = isBroken ? [] : checkExpectation(test.expect ?? {}, played, [...path, 'expect']);
    const rest = unmet.filter(({ actual }) => !isStuck || actual !== played.run.status);
    return { unmet: [...troubles, ...rest], virtualMs: played.durationMs };
  }

  #place(path: Path): { readonly line: number; readonly column: number } {
    const { yaml, report } = this.#document;
    return report.positionOf(locateValue(yaml, path).offset);
  }
}

function realWork(task: string, path: Path): Unmet {
  const message = `the stub of ${task} wants the real work done, which only \`sluice test\` on a machine of yours does`;
  return { path: [...path, 'stubs', task], message };
}

function troubleUnmet({ kind, message, index }: Trouble, { run }: Played, path: Path): Unmet {
  switch (kind) {
    case 'missing_stub':
      return {
        path: [...path, 'name'],
        message: `the task ${message} has no stub`,
        why: `in a test no task does its real work by itself; add \`stubs: { ${message}: { outputs: { … } } }\`, or \`"*": {}\` for all others`,
      };
    case 'refused':
      return {
        path: [...path, 'timeline', index ?? 0],
        message: `what happens here was refused: ${message}`,
      };
    case 'stuck': {
      const why = whyRun(run);
      return { path: [...path, 'name'], message, ...(why === undefined ? {} : { why }) };
    }
    case 'defect':
      return { path: [...path, 'name'], message: `the engine failed: ${message}. Please report it` };
  }
}
