/**
 * One claimed attempt, from the claim to an ending: prepares the workspace, runs the executor with a deadline and a log,
 * checks what it returned. It tells nobody of the ending: the worker settles it.
 *
 * The reason to stop that came first while the executor worked decides the ending; a result that was there before stays.
 */
import type { AttemptName } from '../../core/message.ts';
import type { AttemptResult, Ticket } from '../../core/ticket.ts';
import {
  type ExecutionContext,
  type LogSink,
  type StopReason,
  TaskFailure,
  type WorkerExecutor,
} from '../../ports/executor.ts';
import type { AttemptSpan } from '../../ports/tracer.ts';
import type { Alarmed } from '../alarm-loop.ts';
import { isOutage, retryCall } from '../retry-call.ts';
import type { SecretMask } from '../secret/secret-mask.ts';
import { AttemptFiles, needsWorkspace } from './attempt-files.ts';
import { AttemptCache } from './cached-outcome.ts';
import { makeContext } from './context.ts';
import { codeOf, type Ending, endingAfter } from './ending.ts';
import { checkEnv, checkOptions, findExecutor } from './input.ts';
import { LogBuffer } from './log-buffer.ts';
import { MaskedLog } from './masked-log.ts';
import { AttemptNews } from './news.ts';
import { checkOutputs } from './outputs.ts';
import { ReportedCost } from './reported-cost.ts';
import { NO_SECRETS, openTicket } from './secrets.ts';
import type { AttemptTools, Claim } from './tools.ts';

/** What an executor gets beyond the grace period to end its work by force. */
const FORCE_MS = 2_000;
const NEVER = Number.POSITIVE_INFINITY;

export class Attempt implements Alarmed {
  readonly ticket: Ticket;
  readonly claim: Claim;
  readonly #tools: AttemptTools;
  /** Made when it is asked for: most attempts are neither stopped nor ask, and it costs more than a small task. */
  #abort: AbortController | undefined;
  #reason: StopReason | undefined;
  #isToldToStop = false;
  /** Between asking the executor to end and force, ms. */
  #graceMs: number;
  #hasEnded = false;
  #forceEnd: (() => void) | undefined;
  #buffer: LogBuffer | undefined;
  #log: LogSink | undefined;
  /** Once the attempt knows secrets. */
  #mask: SecretMask | undefined;
  #span: AttemptSpan | undefined;
  readonly #news: AttemptNews;
  readonly #files: AttemptFiles;
  readonly #cost = new ReportedCost();
  #deadlineMs: number;
  /** Last sign of life of the executor; none is expected before it works. */
  #lastSignMs = NEVER;
  #forceDueMs = NEVER;

  constructor(ticket: Ticket, claim: Claim, tools: AttemptTools) {
    const { clock, worker, tell } = tools;
    this.ticket = ticket;
    this.claim = claim;
    this.#tools = tools;
    this.#files = new AttemptFiles(ticket, tools);
    this.#graceMs = tools.graceMs;
    this.#deadlineMs = ticket.timeout_ms === undefined ? NEVER : clock.now() + ticket.timeout_ms;
    const { delivery, at } = claim;
    const onDue = () => this.#expectAlarm();
    this.#news = new AttemptNews({ name: this.name, delivery, at, worker, clock, tell, onDue });
  }

  get name(): AttemptName {
    const { run, node, generation, attempt } = this.ticket;
    return { run, node, generation, attempt };
  }

  /** Does the work. Never rejects. `finish` must follow. */
  async run(): Promise<Ending> {
    this.#expectAlarm();
    this.#span = this.#tools.tracer?.begin(this.ticket);
    let ending: Ending;
    try {
      ending = { kind: 'outcome', outcome: { status: 'succeeded', ...(await this.#work()) } };
    } catch (error) {
      ending = endingAfter(error, {
        ticket: this.ticket,
        mask: this.#mask,
        reason: this.#reason,
        isToldToStop: this.#isToldToStop,
        isGivenUp: this.#tools.giveUp.aborted,
      });
    }
    this.#end();
    if (this.#log instanceof MaskedLog) this.#log.end();
    await this.#buffer?.finish();
    this.#span?.end(codeOf(ending));
    return this.#withCost(ending);
  }

  #withCost(ending: Ending): Ending {
    return ending.kind === 'outcome'
      ? { ...ending, outcome: { ...ending.outcome, ...this.#cost.told } }
      : ending;
  }

  /** Removes what the attempt had on this machine. */
  async dispose(): Promise<void> {
    await this.#files.workspace?.dispose();
  }

  /** Asks the executor to end its work; too late once it has. The first reason counts. */
  stop(reason: StopReason): void {
    if (this.#hasEnded || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#forceDueMs = this.#tools.clock.now() + this.#graceMs + FORCE_MS;
    this.#expectAlarm();
    this.#abort?.abort(reason);
  }

  get isStopping(): boolean {
    return this.#reason !== undefined;
  }

  /**
   * The shard wants the attempt stopped. During a shutdown too it is then an outcome, for the shard waits for one.
   * @param graceMs what the person said who cancelled the run; absent: the worker's own.
   */
  stopAsTold(graceMs?: number): void {
    this.#isToldToStop = true;
    if (graceMs !== undefined && !this.isStopping) this.#graceMs = graceMs;
    this.stop('cancelled');
  }

  get #signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  dueMs(): number {
    return Math.min(this.#deadlineMs, this.#silentMs(), this.#forceDueMs, this.#news.dueMs());
  }

  /** When its silence is too long. */
  #silentMs(): number {
    const { heartbeat_ms } = this.ticket;
    return heartbeat_ms === undefined || this.#reason !== undefined ? NEVER : this.#lastSignMs + heartbeat_ms;
  }

  #expectSigns(): void {
    this.#noteSign();
    if (this.ticket.heartbeat_ms !== undefined) this.#expectAlarm();
  }

  #noteSign(): void {
    if (this.ticket.heartbeat_ms !== undefined) this.#lastSignMs = this.#tools.clock.now();
  }

  ring(now: number): void {
    if (now >= this.#deadlineMs) {
      this.#deadlineMs = NEVER;
      this.stop('timeout');
    }
    if (now >= this.#silentMs()) this.stop('silent');
    if (now >= this.#forceDueMs) {
      this.#forceDueMs = NEVER;
      this.#forceEnd?.();
    }
    this.#news.ring(now);
  }

  async #work(): Promise<AttemptResult & { readonly cached?: string }> {
    const executor = findExecutor(this.#tools.executors, this.ticket.uses);
    const ticket = await this.#openTicket();
    const options = checkOptions(executor, ticket.with);
    checkEnv(ticket.env);
    if (needsWorkspace(executor, ticket)) await this.#files.open(this.#signal);
    this.#throwIfStopped();
    const cache = this.#openCache();
    const reused = await cache?.find();
    this.#throwIfStopped();
    if (reused !== undefined) return reused;
    this.#expectSigns();
    const outputs = await this.#runUntilForced(() => executor.run(options, this.#makeContext(ticket)));
    this.#throwIfStopped();
    this.#end();
    const checked = this.#masked(checkOutputs(ticket, outputs, this.#tools.outputs));
    const artifacts = await this.#files.collect();
    const kept = await this.#files.keepOutputs(checked, this.claim.delivery);
    const result = { ...kept, ...(artifacts ? { artifacts } : {}) };
    await cache?.keep(result);
    return result;
  }

  #openCache(): AttemptCache | undefined {
    const { ticket } = this;
    const { reuse } = this.#tools;
    if (ticket.cache === undefined || reuse === undefined) return undefined;
    const say = (text: string) => this.#openLog().line('system', text);
    return new AttemptCache({
      ...reuse,
      ticket,
      sourceDirectory: this.#files.workspace?.sourceDirectory,
      say,
    });
  }

  #throwIfStopped(): void {
    if (this.#reason !== undefined) throw new TaskFailure('cancelled', `Stopped: ${this.#reason}.`);
  }

  /** An executor that does not end when asked must not hold its slot for ever. */
  #runUntilForced(run: () => ReturnType<WorkerExecutor['run']>): Promise<AttemptResult['outputs']> {
    return new Promise((resolve, reject) => {
      this.#forceEnd = () => {
        this.#tools.logger.error(
          'an executor did not end its work when asked; its slot is freed all the same',
          {
            executor: this.ticket.uses,
            run: this.ticket.run,
            task: this.ticket.task,
          },
        );
        reject(
          new TaskFailure(
            'internal',
            `The executor \`${this.ticket.uses}\` did not end when it was asked to.`,
          ),
        );
      };
      run().then(resolve, reject);
    });
  }

  /** With the values of its secrets, which stay within this attempt. */
  async #openTicket(): Promise<Ticket> {
    if (this.ticket.secrets === undefined) return this.ticket;
    const { secrets = NO_SECRETS, clock, onOutage } = this.#tools;
    const opened = await retryCall(() => openTicket(this.ticket, secrets), {
      clock,
      signal: this.#signal,
      onFailure: onOutage,
      isWorthRepeating: isOutage,
    });
    this.#mask = opened.mask;
    for (const warning of opened.warnings) this.#openLog().line('system', warning);
    return opened.ticket;
  }

  #masked(outputs: AttemptResult['outputs']): AttemptResult['outputs'] {
    return this.#mask === undefined ? outputs : (this.#mask.value(outputs) as AttemptResult['outputs']);
  }

  #makeContext(ticket: Ticket): ExecutionContext {
    const { logger } = this.#tools;
    return makeContext({
      ticket,
      workspace: this.#files.workspace,
      traceparent: this.#span?.traceparent ?? ticket.traceparent,
      askSignal: () => this.#signal,
      askGraceMs: () => this.#graceMs,
      log: {
        line: (stream, text) => {
          this.#noteSign();
          this.#openLog().line(stream, text);
        },
      },
      logger,
      progress: (fraction) => {
        this.#noteSign();
        this.#news.noteProgress(fraction);
      },
      addCost: (cost) => this.#cost.add(cost),
    });
  }

  #openLog(): LogSink {
    if (this.#log !== undefined) return this.#log;
    const { run, node, attempt } = this.ticket;
    const { logs, clock, alarms, onOutage: onFailure, unstored } = this.#tools;
    this.#buffer = new LogBuffer({ name: { run, node, attempt }, logs, clock, alarms, onFailure, unstored });
    this.#log = this.#mask === undefined ? this.#buffer : new MaskedLog(this.#buffer, this.#mask);
    return this.#log;
  }

  #expectAlarm(): void {
    if (!this.#hasEnded) this.#tools.alarms.watch(this);
  }

  /** From here on no alarm rings, and nothing can stop what has ended. */
  #end(): void {
    this.#hasEnded = true;
    this.#tools.alarms.forget(this);
  }
}
