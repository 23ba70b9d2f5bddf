/** The users of a simulation: they start runs (some twice under one key), cancel some, and wait for some. They do not give up. */
import { SluiceError } from '../../engine/core/errors.ts';
import type { Client } from '../../engine/runtime/client/client.ts';
import { insist } from './insist.ts';
import type { SimProcess } from './process.ts';
import type { Random } from './random.ts';
import { randomWorkflow, type SimWorkflow } from './random-workflow.ts';

/** One start as the user knows it. */
export interface Request {
  readonly workflow: SimWorkflow;
  readonly key: string | undefined;
  /** Id of the run, once a start was answered. */
  run: string | undefined;
  /** Ids that repeated starts under the same key were answered with. */
  readonly repeated: string[];
  /** How a start under the same key with other inputs was answered. */
  conflict: 'refused' | 'accepted' | undefined;
  /** When the cancel was answered. */
  cancelledAt?: number;
  /** What `wait` told. */
  toldStatus?: string;
}

export interface UserOptions {
  readonly seed: number;
  readonly client: Client;
  readonly owner: SimProcess;
  readonly random: Random;
  /** Virtual time, ms. */
  readonly now: () => number;
}

export class Users {
  readonly requests: Request[] = [];
  /** Users that still have something to do. */
  busy = 0;
  readonly #options: UserOptions;

  constructor(options: UserOptions) {
    this.#options = options;
  }

  begin(): void {
    const { random, owner } = this.#options;
    const runs = random.pick([1, 1, 2]);
    for (let i = 0; i < runs; i++) {
      const request: Request = {
        workflow: randomWorkflow(random, `flow-${i}`),
        key: random.chance(0.8) ? `key-${this.#options.seed}-${i}` : undefined,
        run: undefined,
        repeated: [],
        conflict: undefined,
      };
      this.requests.push(request);
      this.busy++;
      owner.wakeAt(0, () => void this.#use(request).finally(() => this.busy--));
    }
  }

  async #use(request: Request): Promise<void> {
    const { random, owner, client } = this.#options;
    const { clock } = owner;
    await clock.sleep(random.between(0, 1_500));
    const again = request.key !== undefined && random.chance(0.4);
    const [first, second] = await Promise.all([
      this.#start(request),
      again ? this.#start(request) : undefined,
    ]);
    request.run = first;
    if (second !== undefined) request.repeated.push(second);
    if (first === undefined) return;
    if (request.key !== undefined && random.chance(0.2)) await this.#conflict(request);
    if (random.chance(0.2)) {
      await clock.sleep(random.between(0, 4_000));
      await this.#insist(() => client.cancel(first, { graceMs: random.int(100, 4_000) }));
      request.cancelledAt = this.#options.now();
    }
    if (random.chance(0.4)) {
      const header = await this.#insist(() => client.wait(first));
      if (header) request.toldStatus = header.status;
    }
  }

  /** Undefined when it is not known whether the run was started. */
  async #start({ workflow, key }: Request): Promise<string | undefined> {
    const { client } = this.#options;
    const { plan, inputs } = workflow;
    if (key === undefined) {
      return client.start(plan, { inputs }).then(
        ({ run }) => run,
        () => undefined,
      );
    }
    return this.#insist(async () => (await client.start(plan, { inputs, idempotencyKey: key })).run);
  }

  async #conflict(request: Request): Promise<void> {
    const { client } = this.#options;
    const { workflow, key = '' } = request;
    await this.#insist(async () => {
      try {
        await client.start(workflow.plan, { inputs: { other: 1 }, idempotencyKey: key });
        request.conflict = 'accepted';
      } catch (thrown) {
        if (!(thrown instanceof SluiceError) || thrown.code !== 'idempotency_conflict') throw thrown;
        request.conflict = 'refused';
      }
    });
  }

  #insist<T>(call: () => Promise<T>): Promise<T | undefined> {
    return insist(this.#options.owner.clock, call);
  }
}
