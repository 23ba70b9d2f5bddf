/** What people do with the schedules of a simulation, and what they may rely on because they were answered. */

import { SluiceError } from '../../../engine/core/errors.ts';
import { scheduleAddress } from '../../../engine/core/schedule/document.ts';
import type { ScheduleView } from '../../../engine/runtime/schedules.ts';
import type { Random } from '../random.ts';
import type { Shared } from '../wire.ts';
import { Person } from './person.ts';
import { OVERLAPS, type Workflows } from './workflows.ts';

/** Times by the world's clock, ms. */
export interface Promises {
  /** When applying was first tried. */
  readonly askedAt: number;
  /** Each tick after it has its run. By number of the trigger. A store that went back behind it has taken that promise back. */
  readonly setAt: ReadonlyMap<number, number>;
  /** No tick after it has a run. By number of the trigger. */
  readonly pausedAt: ReadonlyMap<number, number>;
  /** No tick of the workflow that was removed after it has a run. */
  readonly removedAt: number;
  readonly wentBack: boolean;
}

export interface PeopleOptions {
  readonly shared: Shared;
  readonly shards: number;
  readonly random: Random;
  readonly workflows: Workflows;
}

export class People {
  readonly #options: PeopleOptions;
  readonly #setAt = new Map<number, number>();
  readonly #pausedAt = new Map<number, number>();
  readonly #askedAt: number;
  #removedAt = Number.POSITIVE_INFINITY;
  #restores = 0;
  #people = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#askedAt = options.shared.world.now;
  }

  get promises(): Promises {
    return {
      askedAt: this.#askedAt,
      setAt: this.#setAt,
      pausedAt: this.#pausedAt,
      removedAt: this.#removedAt,
      wentBack: this.#restores > 0,
    };
  }

  async begin(): Promise<void> {
    await Promise.all([this.#applyAndPause(), this.#applyAndRemove()]);
  }

  /** The store went back: what it does not know any more was never promised. */
  noteLoss(left: Promise<readonly ScheduleView[]>): void {
    this.#restores++;
    void left.then((views) => {
      const there = new Set(views.map(({ address }) => address));
      for (const number of this.#setAt.keys()) if (!there.has(addressOf(number))) this.#setAt.delete(number);
    });
  }

  /** As people would after the store went back: applies and removes again. Otherwise it changes nothing. */
  async mend(): Promise<void> {
    const { etl, report } = this.#options.workflows;
    const person = this.#person();
    await person.insist(({ definitions }) => definitions.apply({ plan: report }));
    await this.#apply(person);
    for (const number of OVERLAPS.keys())
      await person.insist(async ({ schedules }) =>
        schedules.resume(await schedules.find({ namespace: 'default', workflow: etl.name, number })),
      );
    await this.#remove(person);
  }

  async pauseAll(): Promise<void> {
    await Promise.all([...OVERLAPS.keys()].map((number) => this.#pause(this.#person(), number)));
  }

  async #applyAndPause(): Promise<void> {
    const { random, shared } = this.#options;
    const person = this.#person();
    await shared.world.sleep(random.between(0, 1_500));
    await this.#apply(person);
    if (random.chance(0.5)) return;
    const number = random.int(0, OVERLAPS.length - 1);
    const name = { namespace: 'default', workflow: 'etl', number };
    for (const verb of ['pause', 'resume'] as const) {
      await shared.world.sleep(random.between(0, 3_000));
      await person.insist(async ({ schedules }) => {
        const found = await schedules.find(name).catch(ifGone);
        if (found) await schedules[verb](found).catch(ifGone);
      });
    }
  }

  async #applyAndRemove(): Promise<void> {
    const { random, shared, workflows } = this.#options;
    const person = this.#person();
    await person.insist(({ definitions }) => definitions.apply({ plan: workflows.gone }));
    await shared.world.sleep(random.between(0, 5_000));
    await this.#remove(person);
  }

  async #apply(person: Person): Promise<void> {
    const { shared, workflows } = this.#options;
    const restores = this.#restores;
    await person.insist(({ definitions }) => definitions.apply({ plan: workflows.etl }));
    if (restores !== this.#restores) return;
    for (const number of OVERLAPS.keys())
      if (!this.#setAt.has(number)) this.#setAt.set(number, shared.world.now);
  }

  async #remove(person: Person): Promise<void> {
    await person.insist(({ definitions }) => definitions.remove('default', 'gone').catch(ifGone));
    this.#removedAt = this.#options.shared.world.now;
  }

  async #pause(person: Person, number: number): Promise<void> {
    await person.insist(async ({ schedules }) =>
      schedules.pause(await schedules.find({ namespace: 'default', workflow: 'etl', number })),
    );
    this.#pausedAt.set(number, this.#options.shared.world.now);
  }

  #person(): Person {
    const { shared, shards } = this.#options;
    return new Person(shared, shards, `person-${this.#people++}`);
  }
}

export function addressOf(number: number): string {
  return scheduleAddress('default', 'etl', number);
}

/** The store may have lost it, or the answer to an earlier try. */
function ifGone(thrown: unknown): undefined {
  const isGone =
    thrown instanceof SluiceError &&
    (thrown.code === 'schedule_not_found' || thrown.code === 'workflow_not_found');
  if (!isGone) throw thrown;
}
