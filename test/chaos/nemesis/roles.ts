/** Faults of processes: killed, frozen, stopped, with a clock that is wrong. Killed ones are replaced by the world. */
import type { Random } from '../../simulation/random.ts';
import type { Role, RoleKind, World } from '../world.ts';
import { type Fault, pauseBetween } from './fault.ts';

function kill(kind: RoleKind, perMinute: number): Fault {
  return {
    name: `${kind} killed`,
    perMinute,
    async strike(world, random) {
      const victim = anAwake(world, random, kind);
      if (victim === undefined) return false;
      await world.kill(victim);
      return victim.child.name;
    },
  };
}

/** One of a kind at a time. */
function freeze(kind: RoleKind, perMinute: number, [low, high]: readonly [number, number]): Fault {
  return {
    name: `${kind} frozen`,
    perMinute,
    async strike(world, random) {
      const victim = anAwake(world, random, kind);
      if (victim === undefined || world.roles(kind).some(({ isFrozen }) => isFrozen)) return false;
      const from = Date.now();
      world.freeze(victim);
      const ms = await pauseBetween(random, low, high);
      world.thaw(victim, from);
      return `${victim.child.name} for ${ms} ms`;
    },
  };
}

const OFFSETS_MS = [30_000, -30_000, 3_600_000, -3_600_000];

function setClock(kind: RoleKind, perMinute: number): Fault {
  return {
    name: `${kind} with a wrong clock`,
    perMinute,
    async strike(world, random) {
      const victim = anAwake(world, random, kind);
      if (victim === undefined) return false;
      const offset = random.pick(OFFSETS_MS);
      victim.child.tell(`clock ${offset}`);
      const ms = await pauseBetween(random, 5_000, 20_000);
      if (victim.child.isAlive) victim.child.tell('clock 0');
      return `${victim.child.name} by ${offset / 1_000} s for ${ms} ms`;
    },
  };
}

/** As an operator does it, who brings another version. */
function stop(kind: RoleKind, perMinute: number): Fault {
  return {
    name: `${kind} stopped`,
    perMinute,
    async strike(world, random) {
      const victim = anAwake(world, random, kind);
      if (victim === undefined) return false;
      await world.stop(victim);
      return victim.child.name;
    },
  };
}

function anAwake(world: World, random: Random, kind: RoleKind): Role | undefined {
  const awake = world.awake(kind);
  return awake.length === 0 ? undefined : random.pick(awake);
}

export const ROLE_FAULTS: readonly Fault[] = [
  kill('worker', 12),
  kill('orchestrator', 7),
  freeze('worker', 1.5, [3_000, 60_000]),
  freeze('orchestrator', 1, [1_000, 20_000]),
  stop('worker', 0.5),
  stop('orchestrator', 0.5),
  setClock('worker', 0.5),
  setClock('orchestrator', 0.5),
];
