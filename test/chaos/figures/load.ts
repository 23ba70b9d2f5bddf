/** A wide run of long nodes: work that is at hand when something is killed. */
import { setTimeout as pause } from 'node:timers/promises';
import { isRunEnded } from '../../../engine/core/node-state.ts';
import { aTask } from '../a-history.ts';
import { type LedgerLine, readLedger } from '../ledger.ts';
import { planOf } from '../players.ts';
import type { World } from '../world.ts';

const PATIENCE_MS = 60_000;

export class Load {
  readonly #world: World;
  readonly run: string;

  static async start(
    world: World,
    options: { readonly nodes: number; readonly workMs: number },
  ): Promise<Load> {
    const draft = { name: 'load', tasks: [aTask('wide', options)] };
    const plan = planOf(draft, { ledger: world.ledger, limits: new Map() });
    const { run } = await world.looker.start(plan);
    const load = new Load(world, run);
    await load.until('all nodes have begun', () => load.lines('start').length >= options.nodes);
    return load;
  }

  private constructor(world: World, run: string) {
    this.#world = world;
    this.run = run;
  }

  lines(what: LedgerLine['what']): readonly LedgerLine[] {
    return readLedger(this.#world.ledger).filter((line) => line.run === this.run && line.what === what);
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (!(await Promise.resolve(isSo()).catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`waited in vain for this: ${what}`);
      await pause(20);
    }
  }

  async end(): Promise<void> {
    await this.#world.looker.cancel(this.run, { graceMs: 500 }).catch(() => {});
    await this.ended();
  }

  ended(patienceMs = PATIENCE_MS): Promise<void> {
    const isEnded = async () => isRunEnded((await this.#world.looker.header(this.run)).status);
    return this.until('the run has ended', isEnded, patienceMs);
  }
}
