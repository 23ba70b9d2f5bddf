/** One test as written → the scenario to play. */
import { parseDuration } from '../../engine/core/duration.ts';
import type { TaskError, TaskErrorCode } from '../../engine/core/errors.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { Executor } from '../../engine/ports/executor.ts';
import type { Happening, Scenario, TimedHappening } from '../scenario.ts';
import type { Stub, StubOutcome } from '../stub.ts';
import { parseNodeName } from './node-name.ts';
import type { HappeningSource, OutcomeSource, StubSource, TestCaseSource, TestFileSource } from './schema.ts';

export interface ScenarioParts {
  readonly file: TestFileSource;
  readonly test: TestCaseSource;
  readonly plan: Plan;
  readonly linked: readonly Plan[];
  readonly executors: readonly Executor[];
  /** Folder of the workflow. */
  readonly folder: string;
}

/** What a test does not say stands at the top of its file. */
export function toScenario({ file, test, plan, linked, executors, folder }: ScenarioParts): Scenario {
  const now = test.now ?? file.now;
  const trigger = test.trigger ?? file.trigger;
  const plans = [plan, ...linked];
  return {
    plan,
    linked,
    executors,
    stubs: toStubs({ ...file.stubs, ...test.stubs }, plans),
    inputs: { ...file.inputs, ...test.inputs },
    ...(now === undefined ? {} : { nowMs: Date.parse(now) }),
    ...(trigger === undefined ? {} : { trigger: trigger as Scenario['trigger'] & object }),
    secrets: { ...file.secrets, ...test.secrets },
    timeline: (test.timeline ?? []).map(toHappening),
    source: { directory: folder },
  };
}

function toStubs(
  stubs: { readonly [name: string]: StubSource },
  plans: readonly Plan[],
): { [name: string]: Stub } {
  const found: { [name: string]: Stub } = Object.create(null);
  for (const [name, source] of Object.entries(stubs)) {
    const { workflow, task } = parseNodeName(name);
    const plan = plans.find((one) => one.name === (workflow ?? plans[0]?.name));
    const uses = plan?.tasks.find(({ id }) => id === task)?.action.uses;
    found[name] = toStub(source, uses);
    const items = Array.isArray(source) || !('items' in source) ? [] : (source.items ?? []);
    for (const [i, item] of items.entries()) found[`${name}[${i}]`] = toStub(item, uses);
  }
  return found;
}

function toStub(source: StubSource | readonly OutcomeSource[], uses: string | undefined): Stub {
  if (Array.isArray(source)) return source.map((one: OutcomeSource) => toOutcome(one, uses));
  return toOutcome(source as OutcomeSource, uses);
}

function toOutcome(source: OutcomeSource, uses: string | undefined): StubOutcome {
  const { outputs, artifacts, delay, hang, execute } = source;
  const fail = toError(source, uses);
  return {
    ...(outputs === undefined ? {} : { outputs }),
    ...(artifacts === undefined ? {} : { artifacts }),
    ...(fail === undefined ? {} : { fail }),
    ...(delay === undefined ? {} : { delayMs: parseDuration(delay) ?? 0 }),
    ...(hang === undefined ? {} : { hang }),
    ...(execute === undefined ? {} : { execute }),
  };
}

/** The code that an executor fails with most often. */
const USUAL_CODES: ReadonlyMap<string, TaskErrorCode> = new Map<string, TaskErrorCode>([
  ['shell', 'exit_code'],
  ['docker', 'exit_code'],
  ['http', 'http_status'],
  ['module', 'module_error'],
  ['kafka', 'kafka_error'],
  ['workflow', 'child_failed'],
]);

function toError({ fail, exit_code }: OutcomeSource, uses: string | undefined): TaskError | undefined {
  if (fail === undefined && (exit_code === undefined || exit_code === 0)) return undefined;
  const parts = typeof fail === 'string' ? { message: fail } : (fail ?? {});
  const code = ('code' in parts ? parts.code : undefined) ?? USUAL_CODES.get(uses ?? '') ?? 'failed';
  const given = 'exit_code' in parts ? parts.exit_code : exit_code;
  const exitCode = given ?? (code === 'exit_code' ? 1 : undefined);
  const { status, retry_after: retryAfter } = { status: undefined, retry_after: undefined, ...parts };
  const message =
    parts.message ??
    (exitCode === undefined ? 'The stub fails.' : `The process ended with exit code ${exitCode}.`);
  return {
    code,
    message,
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(status === undefined ? {} : { status }),
    ...(retryAfter === undefined ? {} : { retry_after: parseDuration(retryAfter) ?? 0 }),
  };
}

function toHappening(source: HappeningSource): TimedHappening {
  const { at, ...what } = source;
  // The check has made sure that it says exactly one thing.
  return { atMs: parseDuration(at) ?? 0, what: what as Happening };
}
