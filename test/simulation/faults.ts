/** Faults: which there are, which of them a seed has, and when the dice say that one happens to a call. */
import { Random } from './random.ts';
import type { World } from './world.ts';

/** Every fault, with what it does. The simulation fails if one of them is never reached. */
export const FAULTS = {
  worker_killed: 'a worker is killed',
  orchestrator_killed: 'an orchestrator is killed',
  killed_before_call: 'a process dies as it makes a call, which is not executed',
  killed_after_call: 'a process dies after a call was executed',
  worker_frozen: 'a worker is stopped for up to a minute, then goes on',
  orchestrator_frozen: 'an orchestrator is stopped for longer than its lease, then goes on',
  worker_stopped: 'a worker is asked to stop',
  orchestrator_stopped: 'an orchestrator is asked to stop',
  clock_wrong: 'the clock of a process is off by up to 30 s',
  request_lost: 'a call is not executed and fails',
  reply_lost: 'a call is executed and fails',
  request_late: 'a call fails, and is executed later all the same',
  commit_unknown: 'the result of a commit is not known',
  writes_refused: 'the store refuses commits and starts for a while',
  store_away: 'the store answers nothing for some seconds',
  ticket_lost: 'the queue loses a ticket',
  ticket_twice: 'the queue delivers a ticket twice',
  message_twice: 'a message arrives twice',
  lease_taken: 'the lease of a shard is taken from its owner',
  store_goes_back: 'the store goes back to an earlier state',
} as const satisfies Record<string, string>;

export type Fault = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];

/** What happens to one call. */
export type CallFault =
  | 'killed_before_call'
  | 'killed_after_call'
  | 'request_lost'
  | 'reply_lost'
  | 'request_late';
const CALL_FAULTS: readonly CallFault[] = [
  'killed_before_call',
  'killed_after_call',
  'request_lost',
  'reply_lost',
  'request_late',
];

/** The faults of one seed. */
export class FaultPlan {
  readonly chosen: ReadonlySet<Fault>;
  /** Faults that did happen, with their number. */
  readonly happened = new Map<Fault, number>();
  /** From here on nothing goes wrong any more, virtual ms. */
  readonly stopAt: number;
  awayUntil = 0;
  refusingUntil = 0;
  readonly #world: World;
  readonly #dice: Random;
  readonly #rates = new Map<Fault, number>();

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#dice = new Random(seed ^ 0x5eed);
    const dice = this.#dice;
    this.chosen = new Set(dice.sample(FAULT_NAMES, dice.int(1, 5)));
    this.stopAt = world.now + dice.between(2_500, 9_000);
    for (const fault of this.chosen) this.#rates.set(fault, dice.between(0.004, 0.04));
  }

  has(fault: Fault): boolean {
    return this.chosen.has(fault);
  }

  /** Whether it happens now; counts it. */
  strikes(fault: Fault, share = this.#rates.get(fault) ?? 0): boolean {
    if (!this.chosen.has(fault) || this.#world.now >= this.stopAt || !this.#dice.chance(share)) return false;
    this.count(fault);
    return true;
  }

  /** What goes wrong with a call; undefined: nothing. */
  strikesCall(): CallFault | undefined {
    if (this.#world.now >= this.stopAt) return undefined;
    return CALL_FAULTS.find((fault) => this.chosen.has(fault) && this.strikes(fault));
  }

  count(fault: Fault): void {
    this.happened.set(fault, (this.happened.get(fault) ?? 0) + 1);
    this.#world.note(fault);
  }

  get isAway(): boolean {
    return this.#world.now < this.awayUntil;
  }

  get isRefusing(): boolean {
    return this.#world.now < this.refusingUntil;
  }
}
