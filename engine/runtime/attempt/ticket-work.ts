/**
 * What a worker does with one ticket, from the claim to the accepted outcome; and with the chain behind it, as long as each
 * success lets it claim the next node in the same step. The outcome is kept through outages until the shard's store answers.
 */
import { CHAIN_MS } from '../../core/chain/chain.ts';
import { OpenChain } from '../../core/chain/open-chain.ts';
import { flightKey } from '../../core/flight.ts';
import type { AttemptOutcome, SettledMessage } from '../../core/message.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { ClaimName, ContinueReply, WorkerStore } from '../../ports/shard-store.ts';
import type { TicketVerdict } from '../../ports/task-queue.ts';
import { retryCall } from '../retry-call.ts';
import { Attempt, type AttemptTools, type Claim } from './attempt.ts';

const DONE: TicketVerdict = { kind: 'done' };
const LATER: TicketVerdict = { kind: 'later', afterMs: 1_000 };

export interface TicketWorkOptions {
  readonly store: WorkerStore;
  readonly session: string;
  readonly tools: AttemptTools;
  /** Pause before a call that failed is repeated, ms; it doubles up to `maxRetryPauseMs`. Defaults 50 and 1,000. */
  readonly firstRetryPauseMs?: number;
  readonly maxRetryPauseMs?: number;
}

/** A chain at hand, and the time until which the worker goes on with it. */
interface Journey {
  readonly chain: OpenChain;
  readonly untilMs: number;
}

export class TicketWork {
  /** By flight: all attempts whose claims are held, whether they still work or wait for their outcome to be taken. */
  readonly held: ReadonlyMap<string, Attempt>;
  readonly #held = new Map<string, Attempt>();
  readonly #options: TicketWorkOptions;
  /** Flights at hand, from before the claim on: the store would grant the same session the same flight twice. */
  readonly #atHand = new Set<string>();
  #isTaking = true;
  #isShutDown = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: TicketWorkOptions) {
    this.#options = options;
    this.held = this.#held;
  }

  get atHand(): number {
    return this.#atHand.size;
  }

  /** Begins nothing more, neither tickets nor what is joined behind those at hand. */
  stopTaking(): void {
    this.#isTaking = false;
  }

  /** Asks all work at hand to end, so that its claims are handed back. */
  shutDown(): void {
    this.#isShutDown = true;
    for (const attempt of this.#held.values()) attempt.stop('shutdown');
  }

  async waitUntilIdle(timeoutMs: number): Promise<void> {
    if (this.#atHand.size === 0) return;
    const idle = new AbortController();
    this.#whenIdle = () => idle.abort();
    await this.#options.tools.clock.sleep(timeoutMs, idle.signal);
    this.#whenIdle = undefined;
  }

  /** Never rejects. */
  async take(ticket: Ticket): Promise<TicketVerdict> {
    const flight = flightOf(ticket);
    if (!this.#isTaking || this.#atHand.has(flight)) return LATER;
    this.#atHand.add(flight);
    try {
      return await this.#claimAndWork(ticket, { shard: ticket.shard, flight });
    } catch (error) {
      // Only when the worker gives up at its stop, or the store was closed: the session dies, and others take over.
      this.#options.tools.onOutage(error);
      return LATER;
    } finally {
      this.#letGo(flight);
    }
  }

  #letGo(flight: string): void {
    this.#atHand.delete(flight);
    if (this.#atHand.size === 0) this.#whenIdle?.();
  }

  async #claimAndWork(ticket: Ticket, name: ClaimName): Promise<TicketVerdict> {
    const { store, session } = this.#options;
    const reply = await this.#persist(() => store.claim(name, session));
    if (reply.kind === 'busy') return LATER;
    if (reply.kind === 'gone') return DONE;
    const first = this.#hold(ticket, { ...name, delivery: reply.delivery, at: reply.at });
    return this.#workThrough(first, this.#setOut(ticket));
  }

  #setOut(ticket: Ticket): Journey | undefined {
    if (!ticket.chain) return undefined;
    const untilMs = this.#options.tools.clock.now() + CHAIN_MS;
    return { chain: new OpenChain(ticket, ticket.chain), untilMs };
  }

  /** One node after another: the next is held before the one before it is let go. */
  async #workThrough(first: Attempt, journey: Journey | undefined): Promise<TicketVerdict> {
    let attempt = first;
    for (;;) {
      const { verdict, next } = await this.#work(attempt, journey);
      if (!next)
        return attempt === first || verdict.kind === 'done' ? verdict : { ...verdict, as: attempt.ticket };
      attempt = next;
    }
  }

  async #work(
    attempt: Attempt,
    journey: Journey | undefined,
  ): Promise<{ readonly verdict: TicketVerdict; readonly next?: Attempt | undefined }> {
    const { claim } = attempt;
    try {
      const ending = await attempt.run();
      if (ending.kind === 'dropped') return { verdict: DONE };
      if (ending.kind === 'outcome')
        return { verdict: DONE, next: await this.#settle(attempt, ending.outcome, journey) };
      const { store, session } = this.#options;
      await this.#persist(() => store.handBack(claim, session, claim.delivery));
      // The ticket of a claim that was handed back goes to another worker.
      return { verdict: { kind: 'later', afterMs: 0 } };
    } finally {
      this.#held.delete(claim.flight);
      await attempt.dispose();
      this.#letGo(claim.flight);
    }
  }

  #hold(ticket: Ticket, claim: Claim): Attempt {
    const attempt = new Attempt(ticket, claim, this.#options.tools);
    this.#held.set(claim.flight, attempt);
    if (this.#isShutDown) attempt.stop('shutdown');
    return attempt;
  }

  /** Answers what was claimed in the same step. */
  async #settle(
    attempt: Attempt,
    outcome: AttemptOutcome,
    journey: Journey | undefined,
  ): Promise<Attempt | undefined> {
    const ticket = this.#nextTicket(outcome, journey);
    const flight = ticket && flightOf(ticket);
    if (!ticket || flight === undefined || this.#atHand.has(flight)) {
      await this.#tellOutcome(attempt, outcome);
      return undefined;
    }
    this.#atHand.add(flight);
    let next: Attempt | undefined;
    try {
      const reply = await this.#tellOutcome(attempt, outcome, flight);
      if (reply.next) next = this.#hold(ticket, { shard: ticket.shard, flight, ...reply.next });
      return next;
    } finally {
      if (!next) this.#letGo(flight);
    }
  }

  #nextTicket(outcome: AttemptOutcome, journey: Journey | undefined): Ticket | undefined {
    if (!journey || outcome.status !== 'succeeded' || !this.#isTaking) return undefined;
    if (this.#options.tools.clock.now() >= journey.untilMs) return undefined;
    return journey.chain.next(outcome);
  }

  async #tellOutcome(attempt: Attempt, outcome: AttemptOutcome, next?: string): Promise<ContinueReply> {
    const { store, session, tools } = this.#options;
    const { claim } = attempt;
    const { delivery, at: startedAt, flight } = claim;
    const message: SettledMessage = {
      type: 'settled',
      ...attempt.name,
      delivery,
      worker: tools.worker,
      startedAt,
      outcome,
    };
    const reply = await this.#persist(async () =>
      next === undefined
        ? { settled: await store.settle(claim, session, message) }
        : store.settleAndClaim(claim, session, message, next),
    );
    if (reply.settled === 'late')
      tools.logger.warn(
        'an outcome came too late: the attempt was stopped or given to another worker; it is recorded, not applied',
        { flight, delivery, status: outcome.status },
      );
    return reply;
  }

  /** Repeats an idempotent call through outages, until it answers or the worker gives up. */
  #persist<T>(call: () => Promise<T>): Promise<T> {
    const { tools, firstRetryPauseMs = 50, maxRetryPauseMs = 1_000 } = this.#options;
    return retryCall(call, {
      clock: tools.clock,
      signal: tools.giveUp,
      onFailure: tools.onOutage,
      firstPauseMs: firstRetryPauseMs,
      maxPauseMs: maxRetryPauseMs,
    });
  }
}

function flightOf({ run, node, generation, attempt }: Ticket): string {
  return flightKey(run, node, generation, attempt);
}
