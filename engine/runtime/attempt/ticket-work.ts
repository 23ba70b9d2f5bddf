/**
 * What a worker does with one ticket, from the claim to the accepted outcome; with the chain behind it, as long as each success
 * lets it claim the next node in the same step; and with the tickets that travel with it, of which each outcome claims the next
 * one. The outcome is kept through outages until the shard's store answers.
 */
import { CHAIN_MS } from '../../core/chain/chain.ts';
import { OpenChain } from '../../core/chain/open-chain.ts';
import { flightKey } from '../../core/flight.ts';
import type { AttemptOutcome, SettledMessage } from '../../core/message.ts';
import type { Ticket } from '../../core/ticket.ts';
import type {
  ClaimName,
  ClaimReply,
  ContinueReply,
  NextClaim,
  WorkerStore,
} from '../../ports/shard-store.ts';
import type { TicketVerdict } from '../../ports/ticket-verdict.ts';
import { retryCall } from '../retry-call.ts';
import { Attempt } from './attempt.ts';
import type { AttemptTools, Claim } from './tools.ts';

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

/** What the worker may go on with once it settles. */
interface Journey {
  /** A chain at hand, and the time until which the worker goes on with it. */
  readonly chain: { readonly open: OpenChain; readonly untilMs: number } | undefined;
  /** The next ticket of the bundle. */
  readonly behind: Ticket | undefined;
}

/** What became of one ticket. */
interface Taken {
  readonly verdict: TicketVerdict;
  /** The claim of the ticket behind it, if its settlement took that too. */
  readonly claimed?: Granted | undefined;
}

type Granted = NonNullable<ContinueReply['next']>;

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

  /** One after another. Never rejects. */
  async takeAll(tickets: readonly Ticket[]): Promise<readonly TicketVerdict[]> {
    const verdicts: TicketVerdict[] = [];
    let claimed: Granted | undefined;
    for (const [at, ticket] of tickets.entries()) {
      const taken = await this.#take(ticket, tickets[at + 1], claimed);
      verdicts.push(taken.verdict);
      claimed = taken.claimed;
    }
    return verdicts;
  }

  async #take(ticket: Ticket, behind: Ticket | undefined, claimed: Granted | undefined): Promise<Taken> {
    const flight = flightOf(ticket);
    if (!claimed && (!this.#isTaking || this.#atHand.has(flight))) return { verdict: LATER };
    this.#atHand.add(flight);
    try {
      return await this.#claimAndWork(ticket, behind, claimed);
    } catch (error) {
      // Only when the worker gives up at its stop, or the store was closed: the session dies, and others take over.
      this.#options.tools.onOutage(error);
      return { verdict: LATER };
    } finally {
      this.#letGo(flight);
    }
  }

  #letGo(flight: string): void {
    this.#atHand.delete(flight);
    if (this.#atHand.size === 0) this.#whenIdle?.();
  }

  async #claimAndWork(
    ticket: Ticket,
    behind: Ticket | undefined,
    claimed: Granted | undefined,
  ): Promise<Taken> {
    const { store, session } = this.#options;
    const name: ClaimName = { shard: ticket.shard, flight: flightOf(ticket) };
    const reply: ClaimReply = claimed
      ? { kind: 'granted', ...claimed }
      : await this.#persist(() => store.claim(name, session));
    if (reply.kind === 'busy') return { verdict: LATER };
    if (reply.kind === 'gone') return { verdict: DONE };
    const claim = { ...name, delivery: reply.delivery, at: reply.at };
    // The stop began while the ticket before it was settled.
    if (claimed && !this.#isTaking) return { verdict: await this.#handBack(claim) };
    return this.#workThrough(this.#hold(ticket, claim), { chain: this.#setOut(ticket), behind });
  }

  #setOut(ticket: Ticket): Journey['chain'] {
    if (!ticket.chain) return undefined;
    const untilMs = this.#options.tools.clock.now() + CHAIN_MS;
    return { open: new OpenChain(ticket, ticket.chain), untilMs };
  }

  /** One node after another: the next is held before the one before it is let go. */
  async #workThrough(first: Attempt, journey: Journey): Promise<Taken> {
    let attempt = first;
    for (;;) {
      const { verdict, next, claimed } = await this.#work(attempt, journey);
      if (!next) {
        const isItself = attempt === first || verdict.kind === 'done';
        return { verdict: isItself ? verdict : { ...verdict, as: attempt.ticket }, claimed };
      }
      attempt = next;
    }
  }

  async #work(attempt: Attempt, journey: Journey): Promise<Taken & { readonly next?: Attempt | undefined }> {
    const { claim } = attempt;
    try {
      const ending = await attempt.run();
      if (ending.kind === 'dropped') return { verdict: DONE };
      if (ending.kind === 'outcome')
        return { verdict: DONE, ...(await this.#settle(attempt, ending.outcome, journey)) };
      return { verdict: await this.#handBack(claim) };
    } finally {
      this.#held.delete(claim.flight);
      await attempt.dispose();
      this.#letGo(claim.flight);
    }
  }

  /** The ticket of a claim that was handed back goes to another worker. */
  async #handBack(claim: Claim): Promise<TicketVerdict> {
    const { store, session } = this.#options;
    await this.#persist(() => store.handBack(claim, session, claim.delivery));
    return { kind: 'later', afterMs: 0 };
  }

  #hold(ticket: Ticket, claim: Claim): Attempt {
    const attempt = new Attempt(ticket, claim, this.#options.tools);
    this.#held.set(claim.flight, attempt);
    if (this.#isShutDown) attempt.stop('shutdown');
    return attempt;
  }

  /** Answers what was claimed in the same step: the next of the chain, or the next ticket of the bundle. */
  async #settle(
    attempt: Attempt,
    outcome: AttemptOutcome,
    journey: Journey,
  ): Promise<{ readonly next?: Attempt; readonly claimed?: Granted }> {
    const joined = this.#nextInChain(outcome, journey);
    const ticket = joined ?? this.#nextInBundle(attempt, journey);
    const flight = ticket && flightOf(ticket);
    if (!ticket || flight === undefined || this.#atHand.has(flight)) {
      await this.#tellOutcome(attempt, outcome);
      return {};
    }
    this.#atHand.add(flight);
    let granted: Granted | undefined;
    try {
      const next: NextClaim = { flight, state: joined ? 'joined' : 'sent' };
      granted = (await this.#tellOutcome(attempt, outcome, next)).next;
    } finally {
      if (!granted) this.#letGo(flight);
    }
    if (!granted) return {};
    if (!joined) return { claimed: granted };
    return { next: this.#hold(ticket, { shard: ticket.shard, flight, ...granted }) };
  }

  #nextInChain(outcome: AttemptOutcome, { chain }: Journey): Ticket | undefined {
    if (!chain || outcome.status !== 'succeeded' || !this.#isTaking) return undefined;
    if (this.#options.tools.clock.now() >= chain.untilMs) return undefined;
    return chain.open.next(outcome);
  }

  #nextInBundle({ claim }: Attempt, { behind }: Journey): Ticket | undefined {
    return this.#isTaking && behind?.shard === claim.shard ? behind : undefined;
  }

  async #tellOutcome(attempt: Attempt, outcome: AttemptOutcome, next?: NextClaim): Promise<ContinueReply> {
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
