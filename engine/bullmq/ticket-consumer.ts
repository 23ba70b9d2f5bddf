/**
 * Serves one queue with a BullMQ Worker. The handler's verdict is all that counts: what BullMQ then stores (completed,
 * failed, stalled) is ignored, because a Redis error while BullMQ finishes a job turns its success into a failure.
 *
 * A ticket whose worker died comes back by BullMQ's stalled check after at most its lock and one interval: 6.5 s.
 */
import { type Job, Worker, type WorkerOptions } from 'bullmq';
import type { Bundle } from '../core/bundle.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Logger } from '../ports/logger.ts';
import type { TicketConsumer, TicketHandler } from '../ports/task-queue.ts';
import { type LeftTickets, leftOf, type TicketVerdict } from '../ports/ticket-verdict.ts';
import { DRAIN_DELAY_S, type Opened, openForConsuming, type QueueConnection } from './connection-settings.ts';
import { bullPrefix, dataOf, readTickets } from './job-form.ts';
import { JobLoop } from './job-loop.ts';
import { markerWaitOf, markerWaitOn } from './marker-wait.ts';
import { createTroubleLog, type TroubleLog } from './trouble-log.ts';
import { settleWithin } from './within.ts';

/** What may be tuned. Defaults: locks of 5 s, stalled check every 1.5 s, blocking for at most 1 s. */
export type BullWorkerOptions = Partial<
  Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'drainDelay' | 'name'>
>;

export interface TicketConsumerOptions {
  readonly connection: QueueConnection;
  readonly prefix: string;
  readonly logger: Logger;
  readonly queue: string;
  readonly slots: number;
  readonly handler: TicketHandler;
  readonly workerOptions: BullWorkerOptions;
}

/** A handler that threw has a defect: its tickets are tried again, but not in a tight loop. */
const AFTER_DEFECT: TicketVerdict = { kind: 'later', afterMs: 1000 };
/** What closing takes at least, where BullMQ has still to be told. */
const CLOSE_FLOOR_MS = 250;

/** A ticket that wants more slots than this worker has is left to others for so long. */
const TOO_LARGE_MS = 500;

/** A bundle is worked on in one slot. */
function slotsOf({ data }: Job): number {
  const slots: unknown = data?.slots;
  return Number.isSafeInteger(slots) ? Math.max(1, Number(slots)) : 1;
}

export class BullTicketConsumer implements TicketConsumer {
  readonly #opened: Opened;
  readonly #worker: Worker;
  readonly #handler: TicketConsumerOptions['handler'];
  readonly #slots: number;
  readonly #trouble: TroubleLog;
  readonly #loop: JobLoop;
  readonly #running = new Map<Job, Promise<LeftTickets>>();
  #isPaused = false;
  #closing: Promise<void> | undefined;

  constructor(options: TicketConsumerOptions) {
    this.#handler = options.handler;
    this.#slots = options.slots;
    this.#trouble = createTroubleLog(options.logger, `Queue "${options.queue}"`);
    this.#opened = openForConsuming(options.connection, options.workerOptions.drainDelay);
    const settings = workerSettings(options, this.#opened);
    this.#worker = new Worker(options.queue, null, settings);
    const { waiting } = this.#opened;
    this.#loop = new JobLoop({
      worker: this.#worker,
      marker: waiting === undefined ? markerWaitOf(this.#worker) : markerWaitOn(waiting, this.#worker),
      slots: options.slots,
      slotsOf: (job) => this.#slotsOf(job),
      lockDurationMs: settings.lockDuration,
      drainDelayS: settings.drainDelay,
      work: (job, token) => this.#process(job, token),
      onTrouble: (error) => this.#trouble.report(error),
    });
    this.#worker.on('error', (error) => this.#trouble.report(error));
    this.#run().catch((error: unknown) => this.#trouble.report(error));
  }

  /** Only once connected: a worker that ran before could not be closed while Redis was never there. */
  async #run(): Promise<void> {
    await this.#worker.waitUntilReady();
    if (this.#closing === undefined) this.#loop.start();
  }

  async pause(): Promise<void> {
    this.#isPaused = true;
    // While Redis is away there is nothing to wait for.
    await settleWithin(CLOSE_FLOOR_MS, this.#loop.pause());
  }

  resume(): void {
    this.#isPaused = false;
    this.#loop.resume();
  }

  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#end(timeoutMs);
    return this.#closing;
  }

  /** Answers whether BullMQ is to finish the job. */
  async #process(job: Job, token: string): Promise<boolean> {
    if (this.#isPaused || this.#closing !== undefined) return this.#giveBack(job, token);
    const tickets = readTickets(job.data);
    if (tickets.length === 0) {
      this.#trouble.report(new Error(`the job ${job.id} is not a ticket of this version and was dropped`));
      return true;
    }
    if (slotsOf(job) > this.#slots) {
      this.#loop.leaveToOthers(TOO_LARGE_MS + 2_000 * DRAIN_DELAY_S);
      return this.#postpone(job, token, TOO_LARGE_MS);
    }
    const { left, afterMs } = await this.#work(job, tickets);
    const [first, ...others] = left;
    if (!first) return true;
    if (left.some((ticket, at) => ticket !== tickets[at]) || left.length < tickets.length)
      await this.#keep(job, [first, ...others]);
    return this.#postpone(job, token, afterMs);
  }

  /** A job that wants more than there is goes back at once, so it waits for none. */
  #slotsOf(job: Job): number {
    const slots = slotsOf(job);
    return slots > this.#slots ? 1 : slots;
  }

  async #work(job: Job, tickets: readonly Ticket[]): Promise<LeftTickets> {
    const work = this.#askHandler(tickets);
    this.#running.set(job, work);
    try {
      return await work;
    } finally {
      this.#running.delete(job);
    }
  }

  /** Of a bundle only what is left comes again. Where that cannot be said, all comes again, and claims sort it out. */
  async #keep(job: Job, left: Bundle): Promise<void> {
    await job.updateData(dataOf(left)).catch((error: unknown) => this.#trouble.report(error));
  }

  async #askHandler(tickets: readonly Ticket[]): Promise<LeftTickets> {
    try {
      return leftOf(tickets, await this.#handler(tickets), AFTER_DEFECT);
    } catch (error) {
      this.#trouble.report(error);
      return leftOf(tickets, [], AFTER_DEFECT);
    }
  }

  /** The blocked fetch takes one more job after a pause: it goes back to its place. */
  async #giveBack(job: Job, token: string): Promise<false> {
    await job.moveToWait(token).catch((error: unknown) => this.#trouble.report(error));
    return false;
  }

  /** Where the move fails, the job is another's already, or its lock runs out and the stalled check brings it back. */
  async #postpone(job: Job, token: string, afterMs: number): Promise<false> {
    // At once means back to its place: the wake-up of a delayed job may be taken by a consumer that is being stopped.
    if (afterMs <= 0) return this.#giveBack(job, token);
    await this.#delay(job, token, afterMs).catch((error: unknown) => this.#trouble.report(error));
    return false;
  }

  /** By Redis' clock, which BullMQ does not ask: a worker whose own is an hour ahead would put the ticket off by that hour. */
  async #delay({ id = '' }: Job, token: string, afterMs: number): Promise<void> {
    const backend = this.#worker.getBackend();
    const client = await backend.client;
    const [seconds, micros]: readonly (string | number)[] = await client.runCommand('time', []);
    const now = 1_000 * Number(seconds) + Math.floor(Number(micros) / 1_000);
    await backend.moveToDelayed(id, now, afterMs, token, { skipAttempt: true });
  }

  async #end(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    void this.#loop.pause();
    await settleWithin(timeoutMs, this.#untilIdle());
    const isIdle = this.#running.size === 0;
    if (!isIdle) await settleWithin(CLOSE_FLOOR_MS, this.#handOver());
    const left = Math.max(deadline - Date.now(), CLOSE_FLOOR_MS);
    // BullMQ is to know the end of the jobs whose handlers have answered; while Redis is away that would take for ever.
    const told = this.#loop.stop();
    if (isIdle) await settleWithin(left, told);
    // The blocking connection is cut at once: an orderly end would wait for the wake-up it waits for.
    const closed = await settleWithin(
      CLOSE_FLOOR_MS,
      this.#worker.close(true).then(() => true),
    );
    if (closed !== true) await settleWithin(CLOSE_FLOOR_MS, this.#cutConnections());
    this.#opened.end();
  }

  async #untilIdle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
  }

  /** What is still being worked on goes to others now, and not only when its lock has run out. */
  async #handOver(): Promise<void> {
    await Promise.allSettled([...this.#running.keys()].map((job) => job.moveToWait(job.token)));
  }

  /** The first ends connections that never were ready, the second those whose orderly QUIT gets no answer. */
  async #cutConnections(): Promise<void> {
    await Promise.allSettled([this.#worker.getBackend().close(true), this.#worker.disconnect()]);
  }
}

function workerSettings(options: TicketConsumerOptions, { connection }: Opened) {
  return {
    connection,
    prefix: bullPrefix(options.prefix, options.queue),
    autorun: false,
    concurrency: options.slots,
    lockDuration: 5_000,
    stalledInterval: 1_500,
    drainDelay: DRAIN_DELAY_S,
    // BullMQ would fail a job at its second crash; deaths are counted in the flight instead.
    maxStalledCount: 1_000_000,
    runRetryDelay: 500,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    ...options.workerOptions,
  } satisfies WorkerOptions;
}
