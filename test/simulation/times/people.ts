/** What people do in the simulation of times: backfill, pause one schedule and resume it, change a definition. */
import type { Schedules, ScheduleView } from '../../../engine/runtime/schedules.ts';
import type { Random } from '../random.ts';
import { Person } from '../schedules/person.ts';
import type { Shared } from '../wire.ts';
import { INTERVAL, type Range, someRange, type Times } from './workflows.ts';

export interface Backfilled extends Range {
  readonly maxParallel: number;
  readonly rerun: boolean;
}

/** Times by the world's clock, ms. */
export interface TimePromises {
  /** When applying `beat` and `moving` was first tried. */
  readonly askedAt: number;
  /** From here on each tick of `beat` has its run. */
  readonly beatsAt: number;
  /** From here on `moving` has its first definition. */
  readonly movesAt: number;
  /** `moving` has its first definition up to here. */
  readonly changeAskedAt: number;
  /** From here on it has its third. */
  readonly changedAt: number;
  /** No tick after it has a run, unless a backfill has started it. By `<workflow> <number>`. */
  readonly pausedAt: ReadonlyMap<string, number>;
  readonly backfills: readonly Backfilled[];
  readonly wentBack: boolean;
}

export interface TimePeopleOptions {
  readonly shared: Shared;
  readonly shards: number;
  readonly random: Random;
  readonly times: Times;
}

const PAUSED = [
  { workflow: 'calendar', number: 0 },
  { workflow: 'calendar', number: 1 },
  { workflow: 'beat', number: 0 },
  { workflow: 'moving', number: 0 },
] as const;

export class TimePeople {
  restores = 0;
  readonly #options: TimePeopleOptions;
  readonly #pausedAt = new Map<string, number>();
  readonly #backfills: Backfilled[] = [];
  readonly #askedAt: number;
  #beatsAt = Number.POSITIVE_INFINITY;
  #movesAt = Number.POSITIVE_INFINITY;
  #changeAskedAt = Number.POSITIVE_INFINITY;
  #changedAt = Number.POSITIVE_INFINITY;
  #people = 0;

  constructor(options: TimePeopleOptions) {
    this.#options = options;
    this.#askedAt = options.shared.world.now;
  }

  get promises(): TimePromises {
    return {
      askedAt: this.#askedAt,
      beatsAt: this.#beatsAt,
      movesAt: this.#movesAt,
      changeAskedAt: this.#changeAskedAt,
      changedAt: this.#changedAt,
      pausedAt: this.#pausedAt,
      backfills: this.#backfills,
      wentBack: this.restores > 0,
    };
  }

  async begin(): Promise<void> {
    await Promise.all([this.#beat(), this.#backfillSome(), this.#pauseAndResume(), this.#change()]);
  }

  /** As people would after the store went back. Otherwise it changes nothing. */
  async mend(): Promise<void> {
    const { calendar, beat, digest, moving } = this.#options.times;
    const person = this.#person();
    for (const plan of [digest, beat, calendar, moving.third])
      await person.insist(({ definitions }) => definitions.apply({ plan }));
    // What it was told before is lost, or has come too late.
    if (this.restores > 0) {
      this.#changedAt = this.#beatsAt = this.#options.shared.world.now;
      this.#movesAt = Number.POSITIVE_INFINITY;
    }
    await this.#tell(person, 'resume', { workflow: 'calendar', number: INTERVAL });
    if (this.restores === 0) return;
    const asked = [...this.#backfills];
    for (const one of asked) await this.#backfill(person, { ...one, rerun: false });
  }

  async pauseAll(): Promise<void> {
    const { world } = this.#options.shared;
    for (const one of PAUSED) {
      await this.#tell(this.#person(), 'pause', one);
      this.#pausedAt.set(`${one.workflow} ${one.number}`, world.now);
    }
  }

  async #beat(): Promise<void> {
    const { shared, times } = this.#options;
    const person = this.#person();
    await person.insist(({ definitions }) => definitions.apply({ plan: times.beat }));
    this.#beatsAt = shared.world.now;
  }

  async #backfillSome(): Promise<void> {
    const { random, shared, times } = this.#options;
    for (let left = random.int(1, 2); left > 0; left--) {
      await shared.world.sleep(random.between(0, 4_000));
      const range = someRange(random, times);
      const asked = { ...range, maxParallel: random.int(1, 5), rerun: random.chance(0.3) };
      await this.#backfill(this.#person(), asked);
    }
  }

  async #backfill(person: Person, asked: Backfilled): Promise<void> {
    const { workflow, number } = asked;
    await person.insist(async ({ schedules }) =>
      schedules.backfill(await this.#find(schedules, workflow, number), asked),
    );
    this.#backfills.push(asked);
  }

  async #pauseAndResume(): Promise<void> {
    const { random, shared } = this.#options;
    if (random.chance(0.4)) return;
    const person = this.#person();
    for (const verb of ['pause', 'resume'] as const) {
      await shared.world.sleep(random.between(0, 3_000));
      await this.#tell(person, verb, { workflow: 'calendar', number: INTERVAL });
    }
  }

  async #change(): Promise<void> {
    const { random, shared, times } = this.#options;
    const person = this.#person();
    await person.insist(({ definitions }) => definitions.apply({ plan: times.moving.first }));
    this.#movesAt = shared.world.now;
    for (const plan of [times.moving.second, times.moving.third]) {
      await shared.world.sleep(random.between(500, 5_000));
      if (plan === times.moving.third) this.#changeAskedAt = shared.world.now;
      await person.insist(({ definitions }) => definitions.apply({ plan }));
    }
    this.#changedAt = shared.world.now;
  }

  async #tell(
    person: Person,
    verb: 'pause' | 'resume',
    { workflow, number }: { readonly workflow: string; readonly number: number },
  ): Promise<void> {
    await person.insist(async ({ schedules }) =>
      schedules[verb](await this.#find(schedules, workflow, number)),
    );
  }

  /** Somebody else may still be about to apply it. */
  async #find(schedules: Schedules, workflow: string, number: number): Promise<ScheduleView> {
    for (;;) {
      const found = (await schedules.list()).find(
        (one) => one.workflow === workflow && one.number === number,
      );
      if (found) return found;
      await this.#options.shared.world.sleep(200);
    }
  }

  #person(): Person {
    const { shared, shards } = this.#options;
    return new Person(shared, shards, `person-${this.#people++}`);
  }
}
