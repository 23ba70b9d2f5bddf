/** Lets the world go on until something is done. */
import type { RunHeader } from '../../engine/core/run-header.ts';
import type { Ground } from './stage.ts';
import type { World } from './world.ts';

/** For what should not happen any more, ms. */
const LATE_MS = 3_000;

/** Whether it was done by then. @throws what it threw */
export async function isThrough(world: World, work: Promise<void>, untilMs: number): Promise<boolean> {
  let isDone = false;
  let problem: unknown;
  work.then(
    () => {
      isDone = true;
    },
    (thrown: unknown) => {
      problem = thrown;
    },
  );
  await world.run(untilMs, () => isDone || problem !== undefined);
  if (problem !== undefined) throw problem;
  return isDone;
}

/** All runs, once they have ended and nothing more has happened for a while, or patience is at its end. */
export async function endedRuns(
  { world, memory, observer }: Ground,
  patienceMs: number,
): Promise<RunHeader[]> {
  const endMs = world.now + patienceMs;
  let quietSince = world.now;
  for (;;) {
    await world.run(world.now + 500, () => false);
    if (![...observer.started].every((run) => observer.ended.has(run))) quietSince = world.now;
    if (world.now - quietSince >= LATE_MS || world.now > endMs) break;
  }
  const found = await Promise.all([...observer.started].map((run) => memory.readHeader(run)));
  return found.flatMap((header) => header ?? []);
}
