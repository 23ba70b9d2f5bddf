/**
 * The clients of a chaos run: they start runs, wait, look, cancel and retry through a link that may be bad, repeat what was
 * not answered, and write down what they were told.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { compileWorkflows } from '../../dsl/index.ts';
import { SluiceError } from '../../engine/core/errors.ts';
import { isRunEnded } from '../../engine/core/node-state.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { RunHeader } from '../../engine/core/run-header.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { isOutage } from '../../engine/runtime/retry-call.ts';
import { builtinExecutors } from '../../executors/index.ts';
import { type Random, randomFor } from '../simulation/random.ts';
import { type Draft, type DraftPlaces, draftText } from './draft.ts';
import type { Seen, Told } from './evidence.ts';
import { type DraftOptions, randomDraft } from './random-draft.ts';

export interface Played {
  readonly number: number;
  readonly draft: Draft;
  run: string;
  readonly told: Told[];
  readonly seen: Seen[];
  /** What was wrong with what the client was told, in words. */
  readonly wrong: string[];
  hasEnded: boolean;
}

export interface PlayersOptions {
  readonly client: Client;
  readonly seed: number;
  readonly places: DraftPlaces;
  readonly drafts: Pick<DraftOptions, 'nodes' | 'slowness'>;
  /** Runs begun a second, while there are not more than `atOnce`. */
  readonly rate: number;
  readonly atOnce: number;
}

const LOOK_MS = 300;
const EXECUTORS = builtinExecutors();

export class Players {
  readonly played: Played[] = [];
  readonly #options: PlayersOptions;
  readonly #going = new Set<Promise<void>>();
  #stopped = new AbortController();

  constructor(options: PlayersOptions) {
    this.#options = options;
  }

  get ended(): number {
    return this.played.filter(({ hasEnded }) => hasEnded).length;
  }

  /** Begins runs until told to stop or so many were begun. */
  async begin(runs: number, signal: AbortSignal): Promise<void> {
    const { rate, atOnce } = this.#options;
    while (!signal.aborted && this.played.length < runs) {
      if (this.#going.size < atOnce) this.#play(this.played.length);
      await pause(1_000 / rate);
    }
  }

  /** Waits for all that was begun. Answers how many did not end in time. */
  async finish(patienceMs: number): Promise<number> {
    const late = pause(patienceMs, undefined, { ref: false });
    await Promise.race([Promise.all([...this.#going]), late]);
    const left = this.#going.size;
    this.#stopped.abort();
    return left;
  }

  #play(number: number): void {
    const { seed, drafts, places } = this.#options;
    const random = randomFor('run', seed, number);
    const draft = randomDraft(random, `chaos-${number}`, { ...drafts, limits: [...places.limits.keys()] });
    const played: Played = { number, draft, run: '', told: [], seen: [], wrong: [], hasEnded: false };
    this.played.push(played);
    const going: Promise<void> = this.#live(played, random)
      .catch((thrown: unknown) => {
        // That it is gone is judged by `kept`, which knows what Redis may have forgotten.
        const isGone = thrown instanceof SluiceError && thrown.code === 'run_not_found';
        if (!isGone) played.wrong.push(`the client met ${String(thrown)}`);
      })
      .finally(() => this.#going.delete(going));
    this.#going.add(going);
  }

  async #live(played: Played, random: Random): Promise<void> {
    await this.#start(played, random.chance(0.1));
    if (random.chance(0.1)) {
      await pause(random.between(0, 2_500));
      await this.#ask(played, 'cancel');
      await this.#wait(played, random);
    } else {
      await this.#wait(played, random);
      const isMended = played.draft.tasks.some(({ does }) => does === 'mended');
      if (isMended && random.chance(0.8)) {
        await this.#ask(played, 'retry');
        await this.#wait(played, random);
      }
    }
    played.hasEnded = true;
  }

  async #start(played: Played, twice: boolean): Promise<void> {
    const plan = planOf(played.draft, this.#options.places);
    const idempotencyKey = `${this.#options.seed}-${played.number}`;
    const askedAt = Date.now();
    const start = () => this.#insist(() => this.#options.client.start(plan, { idempotencyKey }));
    const [one, other] = await Promise.all([start(), ...(twice ? [start()] : [])]);
    played.run = one?.run ?? '';
    if (other !== undefined && other.run !== played.run)
      played.wrong.push(`one key made two runs: ${played.run} and ${other.run}`);
    played.told.push({ what: 'start', answer: 'yes', askedAt, at: Date.now() });
  }

  /** Asks under one request id until there is an answer. */
  async #ask({ run, told, number }: Played, what: 'cancel' | 'retry'): Promise<void> {
    const askedAt = Date.now();
    const request = `${what}-${number}`;
    const asked =
      what === 'cancel'
        ? ({ type: 'cancel', run, graceMs: 2_000, request } as const)
        : ({ type: 'retry', run, scope: 'failed', request } as const);
    const answer = await this.#insist(() => this.#options.client.request(asked)).then(
      () => 'yes' as const,
      (thrown: unknown) => (isRefusal(thrown) ? ('no' as const) : ('unknown' as const)),
    );
    told.push({ what, answer, askedAt, at: Date.now() });
  }

  /** Until the run has ended; looks at its nodes now and then. */
  async #wait(played: Played, random: Random): Promise<void> {
    for (;;) {
      const header: RunHeader = await this.#insist(() => this.#options.client.header(played.run));
      if (isRunEnded(header.status)) return;
      if (random.chance(0.03)) await this.#look(played);
      await pause(LOOK_MS);
    }
  }

  async #look({ run, seen }: Played): Promise<void> {
    // Before it was asked: what it answers may be on its way for long.
    const at = Date.now();
    const view = await this.#insist(() => this.#options.client.show(run));
    for (const { id, status, outputs } of view.nodes)
      if (status === 'succeeded' && typeof outputs['token'] === 'string')
        seen.push({ node: id, token: outputs['token'], at });
  }

  /** Repeats through outages, as a program would. */
  async #insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (thrown) {
        const mayGoOn = isOutage(thrown) || isForNow(thrown);
        if (!mayGoOn || this.#stopped.signal.aborted) throw thrown;
        await pause(200);
      }
    }
  }
}

/** Nothing was done, or nobody knows; the same request may be made again. */
function isForNow(thrown: unknown): boolean {
  return thrown instanceof SluiceError && (thrown.code === 'no_answer' || thrown.code === 'overloaded');
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof SluiceError && (thrown.code === 'not_possible' || thrown.code === 'run_not_found');
}

export function planOf(draft: Draft, places: DraftPlaces): Plan {
  const file = { path: `${draft.name}.yaml`, text: draftText(draft, places) };
  const { plans, diagnostics } = compileWorkflows(file, { executors: EXECUTORS });
  const [plan] = plans;
  if (plan === undefined) throw new Error(`the workflow does not compile: ${JSON.stringify(diagnostics)}`);
  return plan;
}
