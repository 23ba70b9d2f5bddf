/**
 * What a power cut may leave: an append-only file whose end is missing. One is taken from a Redis that was killed in the middle of
 * runs, cut at many places, and for each a Redis is started on what is left, with new roles. It must open, and every run that is
 * still there must end as it should, though work is done again that the file does not know of.
 */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunEnded } from '../../engine/core/node-state.ts';
import { type Random, randomFor } from '../simulation/random.ts';
import { INVARIANTS, type Violation } from './checker/index.ts';
import { gather } from './gather.ts';
import { type Played, planOf } from './players.ts';
import { randomDraft } from './random-draft.ts';
import { World } from './world.ts';

export interface TailsOptions {
  readonly folder: string;
  readonly seed: number;
  readonly times: number;
  /** Runs under way when the power fails. */
  readonly runs: number;
  readonly nodes: number;
  /** Cuts that are tried at once. */
  readonly atOnce: number;
  readonly onNews: (text: string) => void;
}

export interface TailsResult {
  /** Servers that opened, each with its roles. */
  readonly opened: number;
  /** Runs that were in the cut files, and those that were in none any more. */
  readonly found: number;
  readonly gone: number;
  readonly stuck: number;
  readonly violations: readonly Violation[];
}

const LIMITS: ReadonlyMap<string, number> = new Map([['narrow', 2]]);
const END_PATIENCE_MS = 60_000;
/** What can be said of a history that went back to an earlier moment. */
const JUDGED: ReadonlySet<string> = new Set(['ended', 'sequence', 'settled', 'outcome', 'leftovers']);
const AOF = 'appendonlydir';

export async function cutTails(options: TailsOptions): Promise<TailsResult> {
  const { folder, seed, times, atOnce, onNews } = options;
  const whole = join(folder, 'whole');
  const played = await failInTheMiddle(options, whole);
  const result = { opened: 0, found: 0, gone: 0, stuck: 0, violations: [] as Violation[] };
  const numbers = Array.from({ length: times }, (_, i) => i)[Symbol.iterator]();
  const tryCuts = async () => {
    for (const i of numbers) {
      const random = randomFor('cut', seed, i);
      const tried = await tryCut({ whole, place: join(folder, `cut-${i}`), played, random });
      result.opened += 1;
      result.found += tried.found;
      result.gone += played.length - tried.found;
      result.stuck += tried.stuck;
      result.violations.push(...tried.violations);
      onNews(
        `cut ${i + 1} of ${times}, at ${tried.at}: ${tried.found} runs were there, ${tried.stuck} stuck`,
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, tryCuts));
  return result;
}

/** Runs begin one after another; then everything is killed at once. The file is kept in `whole`. */
async function failInTheMiddle(
  { folder, seed, runs, nodes }: TailsOptions,
  whole: string,
): Promise<readonly Played[]> {
  const place = join(folder, 'before');
  const world = await openWorld(place, randomFor('tails', seed));
  try {
    const played: Played[] = [];
    for (let number = 0; number < runs; number++) {
      played.push(await begin(world, number, { seed, nodes }));
      await pause(150);
    }
    await pause(1_500);
    await world.killRedis();
    mkdirSync(whole, { recursive: true });
    cpSync(join(world.redis.directory, AOF), join(whole, AOF), { recursive: true });
    return played;
  } finally {
    await world.end();
  }
}

function openWorld(folder: string, random: Random, data?: string): Promise<World> {
  const roles = { orchestrators: 1, workers: 1, slots: 16 };
  return World.open({ folder, random, ...roles, appendfsync: 'always', data });
}

async function begin(
  world: World,
  number: number,
  { seed, nodes }: { readonly seed: number; readonly nodes: number },
): Promise<Played> {
  const limits = [...LIMITS.keys()];
  const draft = randomDraft(randomFor('run', seed, number), `tails-${number}`, { nodes, limits });
  const plan = planOf(draft, { ledger: world.ledger, limits: LIMITS });
  const { run } = await world.looker.start(plan);
  return { number, draft, run, told: [], seen: [], wrong: [], hasEnded: false };
}

interface Cut {
  readonly whole: string;
  readonly place: string;
  readonly played: readonly Played[];
  readonly random: Random;
}

async function tryCut({ whole, place, played, random }: Cut) {
  const data = join(place, 'data');
  mkdirSync(data, { recursive: true });
  cpSync(join(whole, AOF), join(data, AOF), { recursive: true });
  const at = cutEnd(join(data, AOF), random);
  const world = await openWorld(place, random, data);
  try {
    const found: Played[] = [];
    for (const one of played) if (await isThere(world, one.run)) found.push(one);
    const stuck = await untilAllEnded(world, found);
    const gathered = await gather(world, found, LIMITS);
    const evidence = { ...gathered, losses: [{ from: 0, to: Number.POSITIVE_INFINITY }] };
    const violations = INVARIANTS.filter(({ name }) => JUDGED.has(name)).flatMap((invariant) =>
      [...invariant.check(evidence)].map((one) => ({ invariant: invariant.name, ...one })),
    );
    return { at, found: found.length, stuck, violations };
  } finally {
    await world.end();
    rmSync(data, { recursive: true, force: true });
  }
}

/** Every other time within the last part, where most is under way. Answers where, in words. */
function cutEnd(folder: string, random: Random): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'));
  const last = join(folder, files.sort().at(-1) ?? '');
  const size = statSync(last).size;
  const bytes = random.int(random.chance(0.5) ? 0 : Math.floor(size * 0.8), size);
  truncateSync(last, bytes);
  return `${bytes} of ${size} bytes`;
}

async function isThere({ looker }: World, run: string): Promise<boolean> {
  return looker.header(run).then(
    () => true,
    () => false,
  );
}

/** Answers how many had not ended in time. */
async function untilAllEnded({ looker }: World, played: readonly Played[]): Promise<number> {
  const deadline = Date.now() + END_PATIENCE_MS;
  const left = new Set(played.map(({ run }) => run));
  while (left.size > 0 && Date.now() < deadline) {
    for (const run of left) if (isRunEnded((await looker.header(run)).status)) left.delete(run);
    await pause(100);
  }
  return left.size;
}
