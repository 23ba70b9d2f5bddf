/** Who applies workflows and pauses schedules: with another program whenever one died, again until it worked. */
import { SluiceError } from '../../../engine/core/errors.ts';
import { Definitions } from '../../../engine/runtime/definition/definitions.ts';
import { Schedules } from '../../../engine/runtime/schedules.ts';
import { SimProcess } from '../process.ts';
import { portsOf, type Shared } from '../wire.ts';

const PAUSE_MS = 300;
const WAIT_MS = 6_000;

/** What a program of the command line has. */
export interface Tools {
  readonly definitions: Definitions;
  readonly schedules: Schedules;
}

export class Person {
  readonly #shared: Shared;
  readonly #shards: number;
  readonly #name: string;
  #requests = 0;
  #process: SimProcess;
  #tools: Tools;

  constructor(shared: Shared, shards: number, name: string) {
    this.#shared = shared;
    this.#shards = shards;
    this.#name = name;
    [this.#process, this.#tools] = this.#begin();
  }

  /** Tries again until it is done. @throws whatever a repetition would not change */
  async insist(work: (tools: Tools) => Promise<unknown>): Promise<void> {
    for (;;) {
      if (!this.#process.isAlive) [this.#process, this.#tools] = this.#begin();
      try {
        await this.#untilDeath(work(this.#tools));
        return;
      } catch (thrown) {
        if (!(thrown instanceof SluiceError) || !isPassing(thrown)) throw thrown;
        await this.#shared.world.sleep(PAUSE_MS);
      }
    }
  }

  #untilDeath(work: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const die = () => reject(new SluiceError('closed', 'the program died'));
      if (!this.#process.isAlive) return die();
      this.#process.onDeath.push(die);
      work.then(resolve, reject);
    });
  }

  #begin(): [SimProcess, Tools] {
    const owner = new SimProcess(this.#shared.world, this.#name);
    const { store, definitions } = portsOf(owner, this.#shared);
    if (!definitions) throw new Error('schedules need definitions');
    const newRequestId = () => `${this.#name}-${this.#requests++}`;
    const options = { store, shards: this.#shards, newRequestId, waitMs: WAIT_MS };
    return [
      owner,
      { definitions: new Definitions({ ...options, definitions }), schedules: new Schedules(options) },
    ];
  }
}

function isPassing({ code }: SluiceError): boolean {
  return code.startsWith('redis_') || code === 'no_answer' || code === 'closed';
}
