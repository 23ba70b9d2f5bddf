/** Checks a test file against its workflow: names, inputs, outputs. What is wrong is said before anything runs. */
import type { Path } from '../../dsl/position.ts';
import type { SourceDocument } from '../../dsl/source-document.ts';
import { suggest } from '../../dsl/suggest.ts';
import { resolveInputs } from '../../engine/core/inputs.ts';
import { isJsonObject, type JsonObject } from '../../engine/core/json.ts';
import type { Plan, PlanTask } from '../../engine/core/plan.ts';
import { parseNodeName } from './node-name.ts';
import {
  type ExpectationSource,
  HAPPENINGS,
  type HappeningSource,
  type StubSource,
  type TestCaseSource,
  type TestFileSource,
} from './schema.ts';

export interface CheckOptions {
  readonly document: SourceDocument;
  readonly source: TestFileSource;
  readonly plan: Plan;
  readonly linked: readonly Plan[];
  /** Names of executors that the engine evaluates itself, which run for real. */
  readonly engineExecutors: ReadonlySet<string>;
}

export function checkTestFile(options: CheckOptions): void {
  const checker = new Checker(options);
  const { source } = options;
  checker.now(source.now, ['now']);
  checker.stubs(source.stubs ?? {}, ['stubs']);
  const names = new Set<string>();
  for (const [i, test] of source.tests.entries()) {
    if (names.has(test.name)) checker.duplicate(test.name, ['tests', i, 'name']);
    names.add(test.name);
    checker.test(test, ['tests', i]);
  }
}

class Checker {
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  test(test: TestCaseSource, path: Path): void {
    this.now(test.now, [...path, 'now']);
    this.stubs(test.stubs ?? {}, [...path, 'stubs']);
    this.#inputs(test, path);
    for (const [i, one] of (test.timeline ?? []).entries()) this.#happening(one, [...path, 'timeline', i]);
    if (test.expect) this.#expectation(test.expect, [...path, 'expect']);
  }

  duplicate(name: string, path: Path): void {
    const message = `The name "${name}" is taken by another test of this file.`;
    this.#document.error({ code: 'duplicate_name', path, message, hint: 'Rename one of them.' });
  }

  now(text: string | undefined, path: Path): void {
    if (text === undefined || isTime(text)) return;
    const message = `\`now\` must be a time with its zone, but this is "${text}".`;
    this.#document.error({ code: 'wrong_value', path, message, hint: 'Write 2026-03-01T06:00:00Z.' });
  }

  stubs(stubs: { readonly [name: string]: StubSource }, path: Path): void {
    for (const [name, stub] of Object.entries(stubs)) {
      const at = [...path, name];
      if (name === '*' || name.endsWith('/*')) continue;
      const task = this.#node(name, at);
      if (task) this.#stub(stub, task, at);
    }
  }

  get #document(): SourceDocument {
    return this.#options.document;
  }

  #inputs(test: TestCaseSource, path: Path): void {
    const { source, plan } = this.#options;
    const inputs = { ...source.inputs, ...test.inputs };
    const checked = resolveInputs(plan.inputs, inputs);
    for (const problem of 'problems' in checked ? checked.problems : []) {
      const [name = ''] = problem.path.split(/[.[]/);
      const isOwn = test.inputs !== undefined && Object.hasOwn(test.inputs, name);
      const isShared = source.inputs !== undefined && Object.hasOwn(source.inputs, name);
      const at = isOwn ? [...path, 'inputs', name] : isShared ? ['inputs', name] : path;
      const isKnown = Object.hasOwn(plan.inputs, name);
      this.#document.error({
        code: isKnown ? 'wrong_value' : 'unknown_input',
        path: at,
        onKey: !isKnown,
        message: `Input \`${problem.path}\` ${problem.message}.`,
        hint: isKnown ? undefined : suggest(name, Object.keys(plan.inputs)),
      });
    }
  }

  #stub(stub: StubSource, task: PlanTask, path: Path): void {
    const { engineExecutors } = this.#options;
    if (task.child === undefined && engineExecutors.has(task.action.uses)) {
      const message = `\`${task.id}\` is a \`${task.action.uses}\`, which runs for real in a test and takes no stub.`;
      this.#document.error({
        code: 'no_effect',
        path,
        onKey: true,
        message,
        hint: adviceFor(task.action.uses),
      });
      return;
    }
    if (!Array.isArray(stub) && 'items' in stub && stub.items !== undefined && task.fanOut === undefined) {
      const message = `\`${task.id}\` is one node: it has no \`foreach\`, \`matrix\` or \`broadcast\`, so \`items\` has no meaning.`;
      const hint = 'For one outcome an attempt, write a list in its place.';
      this.#document.error({ code: 'needs_fan_out', path: [...path, 'items'], onKey: true, message, hint });
    }
    this.#outcomes(stub, task, path);
  }

  /** Looks at all outcomes within a stub. */
  #outcomes(value: unknown, task: PlanTask, path: Path): void {
    if (Array.isArray(value)) for (const [i, one] of value.entries()) this.#outcomes(one, task, [...path, i]);
    if (!isJsonObject(value)) return;
    if (value['items'] !== undefined) this.#outcomes(value['items'], task, [...path, 'items']);
    this.#declared(value['outputs'], task.outputs, { path: [...path, 'outputs'], task, word: 'output' });
    this.#declared(value['artifacts'], task.artifacts, {
      path: [...path, 'artifacts'],
      task,
      word: 'artifact',
    });
    const isSet = (key: string) => value[key] !== undefined && value[key] !== false && value[key] !== 0;
    // A failure may say its exit code and its text.
    const ends = [isSet('fail') ? 'fail' : 'exit_code', 'hang', 'execute', 'outputs'];
    const [first, second] = ends.filter(isSet);
    if (first === undefined || second === undefined) return;
    const message = `An attempt has one end, but this has both \`${first}\` and \`${second}\`.`;
    this.#document.error({ code: 'two_actions', path: [...path, second], onKey: true, message });
  }

  #declared(
    given: unknown,
    declared: object | undefined,
    {
      path,
      task,
      word,
    }: { readonly path: Path; readonly task: PlanTask; readonly word: 'output' | 'artifact' },
  ): void {
    if (!isJsonObject(given) || declared === undefined) return;
    for (const name of Object.keys(given).filter((one) => !Object.hasOwn(declared, one))) {
      this.#document.error({
        code: `unknown_${word}`,
        path: [...path, name],
        onKey: true,
        message: `\`${task.id}\` declares no ${word} \`${name}\`.`,
        hint: suggest(name, Object.keys(declared)),
      });
    }
  }

  #happening(one: HappeningSource, path: Path): void {
    const named = HAPPENINGS.filter((key) => one[key] !== undefined);
    if (named.length !== 1) {
      const message = `An entry of \`timeline\` says one thing that happens, but this says ${named.length === 0 ? 'none' : named.join(' and ')}.`;
      const hint = `Give it one of ${HAPPENINGS.join(', ')}.`;
      this.#document.error({ code: named.length === 0 ? 'missing_key' : 'two_actions', path, message, hint });
    }
    if (one.approve !== undefined) this.#node(one.approve, [...path, 'approve']);
    if (one.reject !== undefined) this.#node(one.reject, [...path, 'reject']);
  }

  #expectation(expect: ExpectationSource, path: Path): void {
    for (const name of Object.keys(expect.tasks ?? {})) this.#node(name, [...path, 'tasks', name]);
    for (const name of Object.keys(expect.attempts ?? {})) this.#node(name, [...path, 'attempts', name]);
    const notRun = typeof expect.not_run === 'string' ? [expect.not_run] : (expect.not_run ?? []);
    for (const [i, name] of notRun.entries())
      this.#node(name, typeof expect.not_run === 'string' ? [...path, 'not_run'] : [...path, 'not_run', i]);
    for (const [i, one] of (expect.order ?? []).entries()) {
      const names =
        typeof one === 'string' ? [[one, [i]] as const] : one.map((name, j) => [name, [i, j]] as const);
      for (const [name, at] of names) this.#node(name, [...path, 'order', ...at]);
    }
    this.#runOutputs(expect.outputs ?? {}, [...path, 'outputs']);
  }

  #runOutputs(outputs: JsonObject, path: Path): void {
    const { plan } = this.#options;
    for (const name of Object.keys(outputs).filter((one) => !Object.hasOwn(plan.outputs, one))) {
      const message = `The workflow \`${plan.name}\` has no output \`${name}\`.`;
      const hint = suggest(name, Object.keys(plan.outputs));
      this.#document.error({ code: 'unknown_output', path: [...path, name], onKey: true, message, hint });
    }
  }

  /** The task that a name means, or a diagnostic. Tasks of workflows that are not at hand are not checked. */
  #node(text: string, path: Path): PlanTask | undefined {
    const { plan, linked } = this.#options;
    const { workflow, task: id, index } = parseNodeName(text);
    const plans = [plan, ...linked].filter(({ name }) => name === (workflow ?? plan.name));
    const tasks = plans.flatMap(({ tasks }) => tasks);
    const task = tasks.find((one) => one.id === id);
    if (task === undefined && plans.length === 0) return undefined;
    const onKey = true;
    if (task === undefined) {
      const message = `The workflow \`${plans[0]?.name}\` has no task \`${id}\`.`;
      const hint = suggest(
        id,
        tasks.map((one) => one.id),
      );
      this.#document.error({ code: 'unknown_task', path, onKey, message, hint });
    } else if (index !== undefined && task.fanOut === undefined) {
      const message = `\`${id}\` is one node: it has no \`foreach\`, \`matrix\` or \`broadcast\`.`;
      this.#document.error({ code: 'needs_fan_out', path, onKey, message, hint: `Write \`${id}\`.` });
    }
    return task;
  }
}

/** Zoned times only: another would mean something else on every machine. */
function isTime(text: string): boolean {
  const isZoned = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/i.test(text);
  return isZoned && !Number.isNaN(Date.parse(text));
}

function adviceFor(uses: string): string {
  if (uses === 'approval') return 'Approve or reject it under `timeline`.';
  if (uses === 'wait') return 'Virtual time does not make you wait; send signals under `timeline`.';
  return 'Choose inputs, or stubs of the tasks before it, that lead where you want.';
}
