/** The users of featured workflows: each starts one run and does with it what its features ask for. */
import { isRunEnded } from '../../../engine/core/node-state.ts';
import { insist } from '../insist.ts';
import { randomFor } from '../random.ts';
import type { UserOptions } from '../user.ts';
import { type FeaturedWorkflow, featuredWorkflow } from './featured-workflow.ts';

export interface FeaturedRequest {
  readonly workflow: FeaturedWorkflow;
  /** Id of the run, once the start was answered. */
  run: string | undefined;
}

/** Share of the seeds with a featured workflow. */
const SHARE = 0.8;
/** Nobody pauses a run for so long on purpose, ms. */
const LONG_PAUSE_MS = 15_000;

export class FeaturedUsers {
  readonly requests: FeaturedRequest[] = [];
  /** Users that still have something to do. */
  busy = 0;
  readonly #options: UserOptions;

  constructor(options: UserOptions) {
    this.#options = options;
  }

  begin(): void {
    const { seed, owner } = this.#options;
    const dice = randomFor(seed, 'featured');
    if (!dice.chance(SHARE)) return;
    const request: FeaturedRequest = { workflow: featuredWorkflow(dice, 'featured'), run: undefined };
    this.requests.push(request);
    this.busy++;
    owner.wakeAt(0, () => void this.#use(request).finally(() => this.busy--));
    owner.wakeAt(0, () => void this.#watchOver(request));
  }

  /** An operator lets a run go on that was paused long ago: a store that went back has forgotten that it was resumed. */
  async #watchOver(request: FeaturedRequest): Promise<void> {
    const { client, owner, now } = this.#options;
    for (;;) {
      await owner.clock.sleep(LONG_PAUSE_MS);
      const { run } = request;
      const header = run === undefined ? undefined : await this.#insist(() => client.header(run));
      if (run === undefined || header?.paused === undefined || now() - header.paused.at < LONG_PAUSE_MS)
        continue;
      await this.#insist(() => client.request({ type: 'resume', run }, 1_500)).catch(() => {});
    }
  }

  async #use(request: FeaturedRequest): Promise<void> {
    const { seed, owner, client } = this.#options;
    const { plan, draft, features } = request.workflow;
    const random = randomFor(seed, 'featured user');
    const { clock } = owner;
    await clock.sleep(random.between(0, 1_000));
    const options = { inputs: draft.inputs, idempotencyKey: `featured-${seed}`, linked: draft.linked };
    const started = await this.#insist(() => client.start(plan, options));
    if (!started) return;
    const { run } = started;
    request.run = run;
    const user = {
      run,
      draft,
      client,
      random,
      sleep: (ms: number) => clock.sleep(ms),
      insist: <T>(call: () => Promise<T>) => this.#insist(call),
      hasEnded: async () => {
        const header = await this.#insist(() => client.header(run));
        return header === undefined || isRunEnded(header.status);
      },
    };
    await Promise.all(features.map((feature) => feature.act?.(user)));
  }

  #insist<T>(call: () => Promise<T>): Promise<T | undefined> {
    return insist(this.#options.owner.clock, call);
  }
}
