/** A handle on one run: its result, its history, its state, and what may be asked of it. Holds no state: any number may exist. */
import { SluiceError } from '../engine/core/errors.ts';
import type { NodeExplanation, RunExplanation } from '../engine/core/explain/index.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';
import type { RetryScope } from '../engine/core/message.ts';
import { isRunEnded, type RunStatus } from '../engine/core/node-state.ts';
import type { RunHeader } from '../engine/core/run-header.ts';
import type { Client } from '../engine/runtime/client/client.ts';
import {
  type MarkRequest,
  previewMark,
  previewRetry,
  type ResetPreview,
} from '../engine/runtime/client/doing-again.ts';
import type { PreparedRerun } from '../engine/runtime/client/rerun.ts';
import type { EventView, RunView } from '../engine/runtime/client/run-view.ts';
import { outlast, streamEvents, streamRecords } from './event-stream.ts';
import { prepare, type RerunOptions, type RunContext } from './rerun.ts';
import { RunFailed } from './run-failed.ts';

export interface ResultOptions {
  /** How long to wait, ms. Default: as long as it takes. */
  readonly timeoutMs?: number;
  /** Stops waiting; the run goes on. */
  readonly signal?: AbortSignal;
}

export interface EventOptions {
  /** Only events with a larger `seq`: the last one that was seen, to go on from there. Default 0: from the beginning. */
  readonly after?: number;
  /** Ends the iteration; the run goes on. */
  readonly signal?: AbortSignal;
}

export interface Decision {
  /** What the form of the approval asks for. */
  readonly form?: JsonObject;
  readonly comment?: string;
  /** Who decides, for the history. */
  readonly by?: string;
}

export interface MarkOptions {
  readonly outputs?: JsonObject;
  /** Why, and who says so, for the history. */
  readonly reason?: string;
  readonly by?: string;
}

export class Run<Outputs = { readonly [name: string]: Json }> {
  readonly id: string;
  readonly #context: RunContext;
  readonly #client: Client;

  constructor(context: RunContext, id: string) {
    this.#context = context;
    this.#client = context.client;
    this.id = id;
  }

  /**
   * The outputs of the workflow, once the run has succeeded. Outages of Redis are waited out.
   * @throws RunFailed when it failed or was cancelled
   * @throws SluiceError no_result when `timeoutMs` has passed or the signal aborted first; run_not_found
   */
  async result(options: ResultOptions = {}): Promise<Outputs> {
    const header = await this.#end(options);
    if (header.status !== 'succeeded') throw new RunFailed(await this.show());
    // The workflow's declaration says what they are; the caller named it.
    return (await outlast(() => this.#client.outputsOf(header), options.signal)) as Outputs;
  }

  /** The history in order, also what was before, until the run has ended. Goes on by itself after an outage of Redis. */
  events(options: EventOptions = {}): AsyncGenerator<EventView> {
    return streamEvents(this.#client, this.id, options);
  }

  /** The run with all its nodes, as `sluice show --json` prints it. @throws SluiceError run_not_found */
  show(): Promise<RunView> {
    return this.#client.show(this.id);
  }

  /** Why the run, or one node of it (`resize[3]`), stands as it does: docs/explain.md. @throws SluiceError run_not_found, node_not_found */
  explain(): Promise<RunExplanation>;
  explain(node: string): Promise<NodeExplanation>;
  explain(node?: string): Promise<RunExplanation | NodeExplanation> {
    return node === undefined
      ? this.#context.explainer.run(this.id)
      : this.#context.explainer.node(this.id, node);
  }

  /** @throws SluiceError run_not_found */
  async status(): Promise<RunStatus> {
    return (await this.#client.header(this.id)).status;
  }

  /**
   * Asks it to end: what has succeeded stays. Does not wait for the end.
   * @param options.graceMs between SIGTERM and SIGKILL of its processes, default 10,000
   * @throws SluiceError run_not_found
   */
  async cancel(options: { readonly reason?: string; readonly graceMs?: number } = {}): Promise<void> {
    await this.#client.cancel(this.id, options);
  }

  /** Starts nothing new until `resume`; what runs goes on. @throws SluiceError run_not_found, not_possible, no_answer */
  async pause(reason?: string): Promise<void> {
    await this.#client.request({ type: 'pause', run: this.id, ...(reason === undefined ? {} : { reason }) });
  }

  /** @throws SluiceError run_not_found, not_possible, no_answer */
  async resume(): Promise<void> {
    await this.#client.request({ type: 'resume', run: this.id });
  }

  /**
   * Does parts of it again, with the same definition and inputs: all that failed and what follows from it, or, with `nodes`, a
   * node and all downstream (`from`) or that node alone (`node`), or everything (`all`).
   * @throws SluiceError run_not_found, node_not_found, not_possible, no_answer
   */
  async retry(scope: RetryScope = 'failed', nodes: readonly string[] = []): Promise<void> {
    await this.#client.request({
      type: 'retry',
      run: this.id,
      scope,
      ...(nodes.length === 0 ? {} : { nodes }),
    });
  }

  /** What `retry` would do again, what would stay, and why. @throws SluiceError as `retry` */
  previewRetry(scope: RetryScope = 'failed', nodes: readonly string[] = []): Promise<ResetPreview> {
    return previewRetry(this.#client, this.id, { scope, nodes });
  }

  /**
   * Starts a new run like this one, which takes over what need not run again. Labels and trigger go along.
   * @throws SluiceError run_not_found, node_not_found, not_possible, invalid_input, workflow_not_found, idempotency_conflict
   */
  async rerun(options: RerunOptions = {}): Promise<Run<Outputs>> {
    const { start } = await prepare(this.#context, this.id, options);
    return new Run<Outputs>(this.#context, await start());
  }

  /** What `rerun` would run, what it would take over, and why. @throws SluiceError as `rerun` */
  async previewRerun(options: RerunOptions = {}): Promise<PreparedRerun['preview']> {
    return (await prepare(this.#context, this.id, options)).preview;
  }

  /**
   * Says how a node ended, whatever it did; what had followed from its old end is reset. With `outputs` only as `succeeded`.
   * @throws SluiceError run_not_found, node_not_found, not_possible, invalid_payload, no_answer
   */
  async mark(node: string, as: MarkRequest['as'], given: MarkOptions = {}): Promise<void> {
    await this.#client.request({ type: 'mark', run: this.id, node, as, ...given });
  }

  /** What `mark` would reset, what would stay, and why. @throws SluiceError as `mark` */
  previewMark(node: string, as: MarkRequest['as'], { outputs }: MarkOptions = {}): Promise<ResetPreview> {
    return previewMark(this.#client, this.id, { node, as, ...(outputs === undefined ? {} : { outputs }) });
  }

  /**
   * Sends a signal: the first node that waits for it takes it, else it is kept for one to come.
   * @throws SluiceError run_not_found, not_possible, invalid_payload, no_answer
   */
  async signal(name: string, payload: JsonObject = {}, { by }: { readonly by?: string } = {}): Promise<void> {
    await this.#client.request({
      type: 'signal',
      run: this.id,
      name,
      payload,
      ...(by === undefined ? {} : { by }),
    });
  }

  /** Decides an approval. @throws SluiceError run_not_found, node_not_found, not_possible, invalid_payload, no_answer */
  async approve(node: string, given: Decision = {}): Promise<void> {
    await this.#client.request({ type: 'approval', run: this.id, node, decision: 'approved', ...given });
  }

  /** @throws SluiceError run_not_found, node_not_found, not_possible, invalid_payload, no_answer */
  async reject(node: string, given: Decision = {}): Promise<void> {
    await this.#client.request({ type: 'approval', run: this.id, node, decision: 'rejected', ...given });
  }

  async #end({ timeoutMs, signal }: ResultOptions): Promise<RunHeader> {
    const limits = [
      ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
      ...(signal ? [signal] : []),
    ];
    const either = limits.length > 0 ? AbortSignal.any(limits) : undefined;
    for (;;) {
      const header = await outlast(() => this.#client.header(this.id), either);
      if (isRunEnded(header.status)) return header;
      if (either?.aborted) throw noResult(this.id, header.status);
      const news = { after: header.seq, ...(either ? { signal: either } : {}) };
      for await (const _event of streamRecords(this.#client, this.id, news)) {
        // Only the end matters.
      }
    }
  }
}

function noResult(run: string, status: RunStatus): SluiceError {
  return new SluiceError(
    'no_result',
    `run ${run} had not ended when the waiting did; it is ${status} and goes on. Ask again with \`run.result()\`, or see \`sluice explain ${run}\``,
  );
}
