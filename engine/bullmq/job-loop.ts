/**
 * Fetches the jobs of one queue, keeps their locks, and finishes them. BullMQ's own loop looks for a second job before it
 * begins the first, and asks Redis three times for a job that comes alone; this one begins at once and asks twice.
 */
import { Job, type Worker } from 'bullmq';
import type { MarkerWait } from './marker-wait.ts';
import { SlotGate } from './slot-gate.ts';

export interface JobLoopOptions {
  /** Without a processor. */
  readonly worker: Worker;
  readonly marker: MarkerWait;
  /** Slots of all jobs at once. */
  readonly slots: number;
  /** Slots that a job takes, 1 to `slots`. */
  readonly slotsOf: (job: Job) => number;
  readonly lockDurationMs: number;
  /** Longest wait for a wake-up, seconds. */
  readonly drainDelayS: number;
  /** Answers whether the job is to be finished; false when it was moved elsewhere. Never rejects. */
  readonly work: (job: Job, token: string) => Promise<boolean>;
  readonly onTrouble: (error: unknown) => void;
}

/** BullMQ's answer to a fetch: data (null for none), id, rest of a rate limit in ms, time of the next delayed job in ms. */
type Fetched = readonly unknown[] | undefined;

/** Pause after a fetch that failed: a Redis that refuses would be asked 4,000 times a second. */
const AFTER_TROUBLE_MS = 500;
/** Fetches under way at once. */
const MOST_AT_ONCE = 16;
/** Redis takes no shorter wait, seconds. */
const SHORTEST_WAIT_S = 0.002;

export class JobLoop {
  readonly #options: JobLoopOptions;
  /** Jobs from their fetch until BullMQ knows their end. */
  readonly #atHand = new Map<Job, Promise<void>>();
  readonly #gate: SlotGate;
  #tokens = 0;
  #isFetching = false;
  #isPaused = false;
  #isStopped = false;
  /** Two fetches in a row found a job: there may be many, so it is no use to wait for a wake-up before the next. */
  #isPlenty = false;
  #hasFound = false;
  #appetite = 1;
  /** When the next delayed job is due, ms since 1970; 0 for none. */
  #delayedUntil = 0;
  /** Until then it looks for jobs only when one is added, ms since 1970. */
  #idleUntil = 0;
  #lockTimer: NodeJS.Timeout | undefined;
  #endPause: (() => void) | undefined;
  #isWaiting = false;
  /** A pause has cut the connection on which the loop waits for wake-ups. */
  #isCut = false;

  constructor(options: JobLoopOptions) {
    this.#options = options;
    this.#gate = new SlotGate(options.slots);
  }

  start(): void {
    const { worker } = this.#options;
    worker.startStalledCheckTimer().catch(this.#options.onTrouble);
    this.#lockTimer = setInterval(() => this.#keepLocks(), this.#options.lockDurationMs / 4);
    this.#fetchMore();
  }

  /**
   * Fetches no more, but for what the fetch under way brings. A wait for a wake-up ends at once: it would take the wake-up of a
   * ticket that this worker hands back from a worker that would work on it. Resolves when Redis knows.
   */
  async pause(): Promise<void> {
    this.#isPaused = true;
    this.#gate.open();
    if (!this.#isWaiting) return;
    this.#isCut = true;
    await this.#options.marker.cut().catch(this.#options.onTrouble);
  }

  /**
   * A job that went back for others comes due now and again. Who gave it back knows when, and would be first each time: for
   * `ms` it leaves it to those who look without being told.
   */
  leaveToOthers(ms: number): void {
    this.#idleUntil = Date.now() + ms;
  }

  resume(): void {
    this.#isPaused = false;
    this.#gate.close();
    this.#fetchMore();
  }

  /** Fetches no more; resolves when BullMQ knows the end of all jobs at hand. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#gate.open();
    this.#endPause?.();
    while (this.#atHand.size > 0) await Promise.all(this.#atHand.values());
    clearInterval(this.#lockTimer);
  }

  #hasRoom(): boolean {
    return !this.#isPaused && !this.#isStopped && this.#gate.free > 0;
  }

  #fetchMore(): void {
    if (!this.#isFetching && this.#hasRoom()) void this.#fetchAll();
  }

  async #fetchAll(): Promise<void> {
    this.#isFetching = true;
    while (this.#hasRoom()) {
      try {
        await this.#fetchSome();
      } catch (error) {
        await this.#recover(error);
      }
    }
    this.#isFetching = false;
  }

  /** One after a wake-up, then twice as many each time all were found: jobs that come together begin together. */
  async #fetchSome(): Promise<void> {
    if (!this.#isPlenty && !(await this.#waitForOne())) return;
    if (!this.#hasRoom()) return;
    const count = this.#isPlenty ? Math.min(this.#appetite, this.#gate.free) : 1;
    await Promise.all(Array.from({ length: count }, () => this.#fetchOne()));
    this.#appetite = this.#isPlenty ? Math.min(2 * count, MOST_AT_ONCE) : 1;
  }

  async #fetchOne(): Promise<void> {
    const { worker } = this.#options;
    if (this.#isStopped) return;
    const token = `${worker.id}:${this.#tokens++}`;
    this.#begin(await worker.getBackend().moveToActive(token, worker.opts.name), token);
  }

  /** Waits for a wake-up, or for long enough to look without one. False: the wake-up was for a later time. */
  async #waitForOne(): Promise<boolean> {
    const { drainDelayS } = this.#options;
    const isIdle = Date.now() < this.#idleUntil;
    const untilDelayedS =
      isIdle || this.#delayedUntil === 0 ? drainDelayS : (this.#delayedUntil - Date.now()) / 1_000;
    if (untilDelayedS > 0) {
      const timeoutS = Math.max(SHORTEST_WAIT_S, Math.min(drainDelayS, untilDelayedS));
      const marker = await this.#waitForMarker(timeoutS);
      if (marker === null && isIdle) return false;
      if (marker !== null && marker > Date.now()) {
        this.#delayedUntil = Math.min(marker, this.#delayedUntil || Number.POSITIVE_INFINITY);
        return false;
      }
    }
    this.#delayedUntil = 0;
    return true;
  }

  async #waitForMarker(timeoutS: number) {
    const { marker } = this.#options;
    if (this.#isCut) await marker.mend();
    this.#isCut = false;
    if (this.#isPaused) return null;
    this.#isWaiting = true;
    try {
      return await marker.wait(timeoutS);
    } finally {
      this.#isWaiting = false;
    }
  }

  /** Begins what was fetched, if it is a job. */
  #begin(fetched: Fetched, token: string): void {
    const [data, id, , delayedUntil] = fetched ?? [];
    if (typeof delayedUntil === 'number' && delayedUntil > 0) this.#delayedUntil = delayedUntil;
    this.#isPlenty = Boolean(data) && this.#hasFound;
    this.#hasFound = Boolean(data);
    if (!data) return;
    const job = Job.fromJSON(this.#options.worker, data as Parameters<typeof Job.fromJSON>[1], String(id));
    job.token = token;
    this.#gate.reserve(this.#options.slotsOf(job));
    this.#atHand.set(job, this.#work(job, token));
  }

  /** Where finishing fails, the lock runs out and the stalled check brings the job back: a ticket that is then refused. */
  async #work(job: Job, token: string): Promise<void> {
    const slots = this.#options.slotsOf(job);
    const entered = this.#gate.enter(slots);
    if (entered) await entered;
    let isOver = false;
    const leave = () => {
      if (!isOver) this.#gate.leave(slots);
      isOver = true;
    };
    try {
      if (await this.#options.work(job, token)) await this.#finish(job, token, leave);
    } catch (error) {
      this.#options.onTrouble(error);
    }
    leave();
    this.#atHand.delete(job);
    this.#fetchMore();
  }

  /** While the loop waits for a wake-up there is nothing more to fetch. */
  async #finish(job: Job, token: string, leave: () => void): Promise<void> {
    const isFull = this.#gate.free === 0;
    // While another job waits for slots, those of this one are for it.
    const isAwaited = this.#gate.free < 0;
    const fetchNext = !this.#isPaused && !this.#isStopped && !isAwaited && (isFull || this.#isPlenty);
    const next: Fetched = (await job.moveToCompleted(null, token, fetchNext)) ?? undefined;
    leave();
    if (fetchNext) this.#begin(next, token);
  }

  #keepLocks(): void {
    const { worker, onTrouble, lockDurationMs } = this.#options;
    const since = Date.now() - lockDurationMs / 4;
    const jobs = [...this.#atHand.keys()].filter((job) => (job.processedOn ?? 0) <= since);
    if (jobs.length === 0) return;
    worker
      .extendJobLocks(
        jobs.map((job) => job.id ?? ''),
        jobs.map((job) => job.token ?? ''),
        lockDurationMs,
      )
      .catch(onTrouble);
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#isStopped || (this.#isPaused && this.#isCut)) return;
    this.#options.onTrouble(error);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, AFTER_TROUBLE_MS);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = undefined;
    if (this.#isStopped) return;
    await this.#options.marker.mend().catch(() => {});
  }
}
