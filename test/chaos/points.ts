/**
 * Kills a role at each named point once: before and after each of its calls to Redis. Runs that were begun before and meanwhile
 * must end as they should once another role of the kind is there.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunEnded } from '../../engine/core/node-state.ts';
import { Random } from '../simulation/random.ts';
import { aTask } from './a-history.ts';
import { checkAll, type Violation } from './checker/index.ts';
import type { Draft } from './draft.ts';
import { gather } from './gather.ts';
import { type Played, planOf } from './players.ts';
import { type RoleKind, World } from './world.ts';

/** `call` or `call:nth`. The first of some calls comes before there is anything to lose. */
const CALLS: Readonly<Record<RoleKind, readonly string[]>> = {
  orchestrator: [
    'announceOrchestrator',
    'acquire:5',
    'renew:2',
    'liveRuns:9',
    'readFlights:5',
    'loadActors:5',
    'loadOutbox:5',
    'loadRun',
    'loadPlan',
    'read:2',
    'commit',
    'commit:3',
    'commit:6',
    'add',
    'add:3',
    'send',
    'dueTimers',
    'record',
    'deadSessions',
  ],
  worker: ['announceWorker', 'claim', 'claim:4', 'settle', 'settle:4', 'beat', 'send'],
};

/** before:commit:3 */
export function pointsOf(kind: RoleKind): readonly string[] {
  return CALLS[kind].flatMap((call) => ['before', 'after'].map((side) => `${side}:${call}`));
}

export interface PointsOptions {
  readonly folder: string;
  readonly kind: RoleKind;
  readonly points: readonly string[];
  readonly onNews: (text: string) => void;
}

export interface PointsResult {
  /** Points at which the role really died. */
  readonly reached: readonly string[];
  readonly missed: readonly string[];
  readonly violations: readonly Violation[];
}

const LIMITS: ReadonlyMap<string, number> = new Map([['narrow', 1]]);
/** How long a point may take to come. */
const PATIENCE_MS = 10_000;
const END_PATIENCE_MS = 60_000;

/** Something of everything: a limit (which is asked by messages), a retry (a timer), a fan-out, a join, work that takes a while. */
const DRAFT: Draft = {
  name: 'points',
  tasks: [
    aTask('a'),
    aTask('wide', { needs: ['a'], nodes: 4, limit: 'narrow' }),
    aTask('again', { needs: ['a'], does: 'flaky', retries: 1 }),
    aTask('long', { needs: ['a'], workMs: 700 }),
    aTask('join', { needs: ['wide', 'again', 'long'] }),
    aTask('fails', { needs: ['join'], does: 'fails' }),
    aTask('last', { needs: ['join', 'fails'], rule: 'all_done' }),
  ],
};

export async function killAtPoints({ folder, kind, points, onNews }: PointsOptions): Promise<PointsResult> {
  const other = kind === 'worker' ? { orchestrators: 1, workers: 0 } : { orchestrators: 0, workers: 1 };
  const random = new Random(1);
  const world = await World.open({ folder, random, ...other, slots: 4, appendfsync: 'always' });
  const played: Played[] = [];
  const reached: string[] = [];
  try {
    for (const [i, point] of points.entries()) {
      const mark = join(folder, `mark-${i}`);
      played.push(await begin(world, 2 * i));
      const victim = await world.add(kind, { SLUICE_FAILPOINT: point }, '--mark', mark);
      played.push(await begin(world, 2 * i + 1));
      await Promise.race([victim.child.end, pause(PATIENCE_MS)]);
      world.disturb(victim, 'killed', Date.now() - PATIENCE_MS);
      if (existsSync(mark)) reached.push(point);
      else await world.kill(victim);
      const heir = await world.add(kind);
      await Promise.all(played.slice(-2).map(({ run }) => untilEnded(world, run)));
      await world.stop(heir);
      onNews(`${point}: ${existsSync(mark) ? 'killed there' : 'never came'}`);
    }
    const left = await world.add(kind);
    const violations = checkAll(await gather(world, played, LIMITS));
    await world.kill(left);
    return { reached, missed: points.filter((point) => !reached.includes(point)), violations };
  } finally {
    await world.end();
  }
}

async function begin(world: World, number: number): Promise<Played> {
  const plan = planOf(DRAFT, { ledger: world.ledger, limits: LIMITS });
  const askedAt = Date.now();
  const { run } = await world.looker.start(plan);
  const told = [{ what: 'start', answer: 'yes', askedAt, at: Date.now() } as const];
  return { number, draft: DRAFT, run, told, seen: [], wrong: [], hasEnded: false };
}

/** What hangs is found by the checker. */
async function untilEnded(world: World, run: string): Promise<void> {
  const deadline = Date.now() + END_PATIENCE_MS;
  while (Date.now() < deadline && !isRunEnded((await world.looker.header(run)).status)) await pause(50);
}
