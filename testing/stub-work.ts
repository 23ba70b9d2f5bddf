/**
 * The work of a test's worker: for each executor one that looks like it, checks its options like it, and then does what the
 * stub of the task says. Keeps what every attempt was given.
 */
import { z } from 'zod';
import type { JsonObject } from '../engine/core/json.ts';
import type { Clock } from '../engine/ports/clock.ts';
import {
  type ExecutionContext,
  type Executor,
  TaskFailure,
  type WorkerExecutor,
} from '../engine/ports/executor.ts';
import type { RealWork } from './real-work.ts';
import { findStub, outcomeOf, type StubCall, type StubOutcome, type Stubs } from './stub.ts';

export interface StubWorkOptions {
  readonly stubs: Stubs;
  /** Name of the workflow that is tested, whose tasks need no prefix. */
  readonly main: string;
  readonly clock: Clock;
  readonly executors: readonly Executor[];
  readonly real: RealWork;
}

/** Work that takes a while says so as often as this, ms, or so often in all. */
const SIGN_OF_LIFE_MS = 10_000;
const MOST_SIGNS = 500;
/** Limit on the real work of one attempt, real ms. */
const EXECUTE_MS = 60_000;

export class StubWork {
  /** All attempts so far, in the order of their starts. */
  readonly calls: StubCall[] = [];
  /** Nodes that had no stub, by name. */
  readonly missing = new Set<string>();
  readonly #options: StubWorkOptions;
  readonly #tries = new Map<string, number>();
  /** Artifacts that stubs left behind: run, task and index → name → content. */
  readonly #artifacts = new Map<string, { readonly [name: string]: string }>();

  constructor(options: StubWorkOptions) {
    this.#options = options;
  }

  /** The executors of the test's worker; `names` are those that plans ask for, known or not. */
  executors(names: Iterable<string>): readonly WorkerExecutor[] {
    const real = new Map(
      this.#options.executors.flatMap((one) => (one.place === 'worker' ? [[one.name, one] as const] : [])),
    );
    return [...new Set([...real.keys(), ...names])].map((name) => this.#stubbed(name, real.get(name)));
  }

  /** What a stub left as artifacts of a node; undefined when its last attempt was real. */
  artifactsOf(
    run: string,
    task: string,
    index: number | undefined,
  ): { readonly [name: string]: string } | undefined {
    return this.#artifacts.get(nodeKey(run, task, index));
  }

  #stubbed(name: string, real: WorkerExecutor | undefined): WorkerExecutor {
    return {
      place: 'worker',
      name,
      summary: real?.summary ?? `Stub of ${name}.`,
      options: real?.options ?? z.record(z.string(), z.unknown()),
      run: (options, context) => this.#run(options, context, real),
    };
  }

  async #run(options: JsonObject, context: ExecutionContext, real: WorkerExecutor | undefined) {
    const call = this.#note(options, context);
    const stub = findStub(this.#options.stubs, call, this.#options.main);
    if (stub === undefined) {
      const name = call.workflow === this.#options.main ? call.task : `${call.workflow}/${call.task}`;
      this.missing.add(name);
      throw new TaskFailure('failed', `The test has no stub for "${name}".`);
    }
    const outcome = await outcomeOf(stub, call);
    if (outcome.execute === true) return this.#execute(options, context, real);
    return this.#pretend(outcome, context);
  }

  #note(options: JsonObject, context: ExecutionContext): StubCall {
    const { run, workflow, task, index, env, logicalTime } = context;
    const key = nodeKey(run, task, index);
    this.#artifacts.delete(key);
    const attempt = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.set(key, attempt);
    const call = { workflow, task, index, attempt, with: options, env, logicalTime };
    this.calls.push(call);
    return call;
  }

  async #pretend(outcome: StubOutcome, context: ExecutionContext) {
    const { run, task, index, signal } = context;
    if (outcome.hang === true) await new Promise<void>((resolve) => onAbort(signal, resolve));
    else await this.#work(outcome.delayMs ?? 0, context);
    if (signal.aborted) throw new TaskFailure('cancelled', 'Stopped.');
    if (outcome.fail !== undefined) {
      const { code, message, ...details } = outcome.fail;
      throw new TaskFailure(code, message, details);
    }
    this.#artifacts.set(nodeKey(run, task, index), outcome.artifacts ?? {});
    return outcome.outputs ?? {};
  }

  /** Takes its time with signs of life, as work does that is not stuck: that would be `hang`. */
  async #work(delayMs: number, { signal, log }: ExecutionContext): Promise<void> {
    const { clock } = this.#options;
    const until = clock.now() + delayMs;
    const stepMs = Math.max(SIGN_OF_LIFE_MS, delayMs / MOST_SIGNS);
    while (clock.now() < until && !signal.aborted) {
      await clock.sleep(Math.min(stepMs, until - clock.now()), signal);
      log.line('system', 'still at work');
    }
  }

  /** The real executor, against the real clock: virtual time waits for it. */
  async #execute(options: JsonObject, context: ExecutionContext, real: WorkerExecutor | undefined) {
    if (real === undefined) {
      throw new TaskFailure(
        'unknown_executor',
        `"${context.task}" cannot be executed: its executor is not here.`,
      );
    }
    const patience = AbortSignal.timeout(EXECUTE_MS);
    const signal = AbortSignal.any([context.signal, patience]);
    const work = this.#options.real.track(real.run(options, { ...context, signal }));
    try {
      return await work;
    } catch (thrown) {
      if (!patience.aborted) throw thrown;
      throw new TaskFailure(
        'timeout',
        `"${context.task}" was executed for ${EXECUTE_MS / 1_000} s and did not end.`,
      );
    }
  }
}

function nodeKey(run: string, task: string, index: number | undefined): string {
  return `${run}:${task}:${index ?? ''}`;
}

function onAbort(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener('abort', then, { once: true });
}
