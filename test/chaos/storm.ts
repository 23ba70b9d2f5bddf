/** One storm: a world, clients that play in it, a nemesis; then calm, an end, and a judgement. */
import { setMaxListeners } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../simulation/random.ts';
import { checkAll, type Violation } from './checker/index.ts';
import { lostItsWorkers } from './checker/outcome.ts';
import type { Evidence } from './evidence.ts';
import { gather } from './gather.ts';
import type { Fault } from './nemesis/fault.ts';
import { Nemesis } from './nemesis/index.ts';
import { Players } from './players.ts';
import { World, type WorldOptions } from './world.ts';

export interface StormOptions extends Omit<WorldOptions, 'random'> {
  readonly seed: number;
  /** How long faults strike, ms. */
  readonly forMs: number;
  /** Runs to begin at most; they are spread over the time. */
  readonly runs: number;
  readonly nodes: number;
  readonly faults: readonly Fault[];
  readonly strength: number;
  /** What all runs get to end once the faults have stopped, ms. */
  readonly patienceMs: number;
  readonly slowness?: number;
  readonly onNews?: (text: string) => void;
}

export interface StormResult {
  readonly faults: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  readonly runs: number;
  readonly stuck: number;
  readonly ends: ReadonlyMap<string, number>;
  /** Nodes that worked, and the times that one was begun again. */
  readonly nodes: number;
  readonly repeated: number;
  readonly workersLost: number;
  /** Roles that were started, by their build. */
  readonly started: { readonly this: number; readonly other: number };
  /** From the end of all faults to the end of the last run, ms. */
  readonly calmMs: number;
}

const LIMITS: ReadonlyMap<string, number> = new Map([
  ['narrow', 3],
  ['wide', 8],
]);
/** Share of the time in which new runs begin: the last ones should be struck as well. */
const BEGINNING = 0.95;

export async function storm(options: StormOptions): Promise<StormResult> {
  const { seed, folder, forMs, runs, nodes, slowness = 1, onNews = () => {} } = options;
  const world = await World.open({ ...options, random: new Random(seed) });
  const keep = (file: string, what: object) =>
    appendFileSync(join(folder, file), `${JSON.stringify(what)}\n`);
  try {
    const filling = world.keepFilled();
    filling.catch((thrown: unknown) => onNews(`roles are not replaced any more: ${thrown}`));
    const link = await world.link('clients');
    const players = new Players({
      client: world.clientBehind(link),
      seed,
      places: { ledger: world.ledger, limits: LIMITS },
      drafts: { nodes, slowness },
      rate: (runs / (forMs * BEGINNING)) * 1_000,
      atOnce: 80,
    });
    const nemesis = new Nemesis(world, { ...options, onStrike: (strike) => keep('faults.jsonl', strike) });
    const stop = AbortSignal.timeout(forMs);
    // Each fault waits for it, too.
    setMaxListeners(0, stop);
    const telling = setInterval(
      () =>
        onNews(`${players.played.length} runs begun, ${players.ended} ended; ${sum(nemesis.counts)} faults`),
      30_000,
    );
    await Promise.all([nemesis.run(stop), players.begin(runs, stop)]).finally(() => clearInterval(telling));
    const calmAt = Date.now();
    const stuck = await players.finish(options.patienceMs);
    const calmMs = Date.now() - calmAt;
    onNews(`all faults are healed; ${stuck} runs had not ended ${Math.round(calmMs / 1_000)} s later`);
    const evidence = await gather(world, players.played, LIMITS);
    const wrong = players.played.flatMap(({ run, wrong: told }) =>
      told.map((what) => ({ invariant: 'client', run, what })),
    );
    const violations = [...wrong, ...checkAll(evidence)];
    writeDown(folder, evidence, violations);
    const { started } = world;
    return { ...countUp(evidence), started, faults: nemesis.counts, violations, stuck, calmMs };
  } finally {
    await world.end();
  }
}

/** Everything that was judged, so that it can be judged again. */
function writeDown(folder: string, evidence: Evidence, violations: readonly Violation[]): void {
  const lines = (list: readonly object[]) => list.map((one) => `${JSON.stringify(one)}\n`).join('');
  const runs = evidence.runs.map(({ ledger: _, ...run }) => run);
  writeFileSync(join(folder, 'runs.jsonl'), lines(runs));
  writeFileSync(join(folder, 'disturbances.jsonl'), lines(evidence.disturbances));
  writeFileSync(join(folder, 'violations.jsonl'), lines(violations));
}

function countUp({
  runs,
}: Evidence): Pick<StormResult, 'runs' | 'ends' | 'nodes' | 'repeated' | 'workersLost'> {
  const ends = new Map<string, number>();
  let nodes = 0;
  let starts = 0;
  let workersLost = 0;
  for (const { view, ledger, history } of runs) {
    const status = view?.status ?? 'gone';
    ends.set(status, (ends.get(status) ?? 0) + 1);
    const begun = ledger.filter(({ what }) => what === 'start');
    starts += begun.length;
    nodes += new Set(begun.map((line) => `${line.node}:${line.generation}:${line.attempt}`)).size;
    workersLost += history.filter(lostItsWorkers).length;
  }
  return { runs: runs.length, ends, nodes, repeated: starts - nodes, workersLost };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, one) => all + one, 0);
}
