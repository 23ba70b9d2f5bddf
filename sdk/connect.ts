/**
 * `connect`: a program's way to Sluice. Starts runs, looks at them, waits for them; with `embedded` (or `orchestrator: true`)
 * it drives them as well, so that one process needs nothing beside it.
 */
import { SluiceError } from '../engine/core/errors.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';
import type { Plan } from '../engine/core/plan.ts';
import type { SourceRef } from '../engine/core/ticket.ts';
import type { RunFilter, RunSummary } from '../engine/ports/run-index.ts';
import { type CostQuery, type CostReport, readCostReport } from '../engine/runtime/client/cost-report.ts';
import { createExplainer } from '../engine/runtime/client/explainer.ts';
import type { Applied } from '../engine/runtime/definition/definitions.ts';
import { packSource, storeBundle } from '../engine/runtime/source/source-bundle.ts';
import { applyWorkflow } from './apply.ts';
import { type EngineParts, openParts, type RedisOptions } from './engine-parts.ts';
import { checkInputs } from './inputs.ts';
import type { RunContext } from './rerun.ts';
import {
  engineActions,
  type SluiceWorker,
  startOrchestrator,
  startWorker,
  type WorkerOptions,
} from './roles.ts';
import { Run } from './run.ts';
import type { Workflow } from './workflow.ts';
import type { WorkflowTypes } from './workflow-file.ts';

export interface ConnectOptions extends RedisOptions {
  /** Drive runs in this process. Default: only with `embedded`. */
  readonly orchestrator?: boolean;
}

export interface StartOptions {
  /** The same key starts the same run once; other inputs under the same key are refused (`idempotency_conflict`). */
  readonly idempotencyKey?: string;
  /** Labels of the run, beside those of the workflow. */
  readonly labels?: { readonly [name: string]: string };
  /** Namespace of a workflow given by its name. Default: `default`. */
  readonly namespace?: string;
  /** W3C trace context of the caller: the spans of the run belong under it. */
  readonly traceparent?: string;
}

interface AnyTypes {
  readonly inputs: { readonly [name: string]: Json };
  readonly outputs: { readonly [name: string]: Json };
}

/** Inputs may be left out where none is required. */
type StartArguments<I> =
  Record<never, never> extends I ? [inputs?: I, options?: StartOptions] : [inputs: I, options?: StartOptions];

export interface Sluice extends AsyncDisposable {
  /**
   * Starts a run; it is durable when this resolves. Takes a workflow (`workflow(…)`, `readWorkflow(…)`), a plan, or the name of
   * one that was stored.
   * @throws SluiceError invalid_input, workflow_not_found, idempotency_conflict, redis_unreachable, redis_refused
   */
  start<I, O>(workflow: Workflow<I, O>, ...rest: StartArguments<I>): Promise<Run<O>>;
  start<T extends WorkflowTypes = AnyTypes>(
    workflow: string | Plan,
    inputs?: T['inputs'],
    options?: StartOptions,
  ): Promise<Run<T['outputs']>>;
  /**
   * Stores the workflow as the current version of its name, a new one unless nothing has changed, and sets its triggers; an
   * orchestrator starts its runs from then on.
   * @throws SluiceError workflow_not_found (a sub-workflow), no_answer (it is stored, its schedules are not set yet)
   */
  apply<I, O>(workflow: Workflow<I, O>): Promise<Applied>;
  /** A handle on a run by its id. Asks nothing yet: a run that is not there shows at the first question. */
  run<O = AnyTypes['outputs']>(id: string): Run<O>;
  /** Runs, newest first. */
  runs(filter?: RunFilter): AsyncGenerator<RunSummary>;
  /** What runs of a namespace cost, by workflow and day: of the last `days`, 30 unless told, 366 at most. */
  costs(query?: Partial<CostQuery>): Promise<CostReport>;
  /** A worker in this process, on the same Redis. It is closed with the connection. */
  worker(options?: WorkerOptions): Promise<SluiceWorker>;
  /** Closes workers and orchestrator in good order, then the connection. Runs that are not done go on elsewhere, or later. */
  close(): Promise<void>;
}

/** @throws SluiceError redis_unreachable, redis_unsuitable, embedded_redis_unavailable, shards_mismatch, not_possible for settings that cannot be read */
export async function connect(options: ConnectOptions = {}): Promise<Sluice> {
  const parts = await openParts(options);
  try {
    const isDriving = options.orchestrator ?? parts.isEmbedded;
    const orchestrator = isDriving ? await startOrchestrator(parts) : undefined;
    return new Connection(parts, orchestrator);
  } catch (thrown) {
    await parts.close();
    throw thrown;
  }
}

/** A worker with a connection of its own. `close()` ends both. */
export async function worker(options: RedisOptions & WorkerOptions): Promise<SluiceWorker> {
  const parts = await openParts(options);
  const started = await startWorker(parts, options).catch(async (thrown: unknown) => {
    await parts.close();
    throw thrown;
  });
  const close = async (drainMs?: number) => {
    await started.close(drainMs);
    await parts.close();
  };
  return { name: started.name, active: () => started.active(), close, [Symbol.asyncDispose]: () => close() };
}

const PAGE = 100;

class Connection implements Sluice {
  readonly #parts: EngineParts;
  readonly #orchestrator: { stop(): Promise<void> } | undefined;
  readonly #workers: SluiceWorker[] = [];
  readonly #context: RunContext;
  #closed: Promise<void> | undefined;

  constructor(parts: EngineParts, orchestrator: { stop(): Promise<void> } | undefined) {
    this.#parts = parts;
    this.#orchestrator = orchestrator;
    this.#context = {
      client: parts.client,
      explainer: createExplainer({ ...parts, engineActions: new Set(engineActions().keys()) }),
      startable: async (workflow) => {
        const { linked = [], ...found } = await this.#find(workflow, '');
        return { ...found, linked };
      },
    };
  }

  async start<O>(
    subject: string | Plan | Workflow<unknown, O>,
    inputs: unknown = {},
    options: StartOptions = {},
  ): Promise<Run<O>> {
    const { plan, linked, source } = await this.#find(subject, options.namespace ?? 'default');
    const { idempotencyKey, labels, traceparent } = options;
    const { run } = await this.#parts.client.start(plan, {
      inputs: checkInputs(plan, inputs as JsonObject),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(labels === undefined ? {} : { labels }),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(linked === undefined ? {} : { linked }),
      ...(source === undefined ? {} : { source }),
    });
    return new Run<O>(this.#context, run);
  }

  async apply(workflow: Workflow<unknown, unknown>): Promise<Applied> {
    return applyWorkflow(this.#parts, workflow);
  }

  run<O>(id: string): Run<O> {
    return new Run<O>(this.#context, id);
  }

  async *runs(filter: RunFilter = {}): AsyncGenerator<RunSummary> {
    let cursor: string | undefined;
    do {
      const { runs, next } = await this.#parts.index.list(filter, PAGE, cursor);
      yield* runs;
      cursor = next;
    } while (cursor !== undefined);
  }

  costs({ namespace = 'default', workflow, days = 30 }: Partial<CostQuery> = {}): Promise<CostReport> {
    return readCostReport(this.#parts.store, { namespace, workflow, days });
  }

  async worker(options: WorkerOptions = {}): Promise<SluiceWorker> {
    const started = await startWorker(this.#parts, options);
    this.#workers.push(started);
    return started;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.all(this.#workers.map((one) => one.close()));
    await this.#orchestrator?.stop();
    await this.#parts.close();
  }

  async #find(subject: string | Plan | Workflow<unknown, unknown>, namespace: string): Promise<Startable> {
    if (typeof subject === 'string') return this.#findByName(namespace, subject);
    if (!('plan' in subject)) return { plan: subject };
    const { plan, linked = [], folder } = subject;
    return folder === undefined ? { plan, linked } : { plan, linked, source: await this.#sourceOf(folder) };
  }

  /** On a private Redis all workers are on this machine and can use the folder itself; elsewhere they need a copy. */
  async #sourceOf(folder: string): Promise<Source> {
    if (this.#parts.isEmbedded) return { directory: folder };
    const bundle = await packSource(folder);
    return (run) => storeBundle(this.#parts.artifacts, run, bundle);
  }

  async #findByName(namespace: string, name: string): Promise<Startable> {
    const found = await this.#parts.client.findWorkflow(namespace, name);
    if (found) return found;
    throw new SluiceError(
      'workflow_not_found',
      `no workflow "${name}" is stored in the namespace "${namespace}" of this Redis; apply it with \`sluice apply FILE\`, or start the workflow itself`,
    );
  }
}

type Source = SourceRef | ((run: string) => Promise<SourceRef>);

interface Startable {
  readonly plan: Plan;
  readonly linked?: readonly Plan[];
  readonly source?: Source;
}
