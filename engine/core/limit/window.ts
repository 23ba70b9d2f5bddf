/**
 * A rate limit's window: a sliding log of the units taken, in steps of a 64th of the window. A step counts until the window
 * has passed since its end, so that no window of that length, wherever it begins, ever holds more than the limit; a unit
 * comes free at most a 64th of the window later than it could. Few units are kept by the millisecond, which is exact.
 */

/** `[ms, units]` in order of time. */
export type UsedUnits = readonly (readonly [at: number, units: number])[];

const STEPS = 64;

/** What still counts at `now`. */
export function unitsInWindow(used: UsedUnits, perMs: number, now: number): UsedUnits {
  const from = used.findIndex(([at]) => at + perMs > now);
  return from < 0 ? [] : used.slice(from);
}

export function sumOfUnits(used: UsedUnits): number {
  return used.reduce((sum, [, units]) => sum + units, 0);
}

/** Takes units now. Moments that are told apart no longer count as the last of their step. */
export function takeUnits(used: UsedUnits, perMs: number, take: { now: number; units: number }): UsedUnits {
  const kept: [number, number][] = unitsInWindow(used, perMs, take.now).map(([at, units]) => [at, units]);
  const last = kept.at(-1);
  if (last?.[0] === take.now) last[1] += take.units;
  // A step's moment may lie ahead: units of the same step join it.
  else if (last && last[0] > take.now) last[1] += take.units;
  else kept.push([take.now, take.units]);
  return kept.length > STEPS ? inSteps(kept, perMs) : kept;
}

/** Joins moments of one step; each counts as the last moment of its step. */
function inSteps(used: UsedUnits, perMs: number): UsedUnits {
  const width = Math.max(1, Math.ceil(perMs / STEPS));
  const steps = new Map<number, number>();
  for (const [at, units] of used) {
    const end = Math.ceil(at / width) * width;
    steps.set(end, (steps.get(end) ?? 0) + units);
  }
  return [...steps];
}

/** The first moment, from `now` on, at which so many units are free; undefined: never, the limit is too small. */
export function freeAt(
  used: UsedUnits,
  { limit, perMs }: { readonly limit: number; readonly perMs: number },
  ask: { readonly now: number; readonly units: number },
): number | undefined {
  const counting = unitsInWindow(used, perMs, ask.now);
  let free = limit - sumOfUnits(counting);
  if (free >= ask.units) return ask.now;
  for (const [at, units] of counting) {
    free += units;
    if (free >= ask.units) return at + perMs;
  }
  return undefined;
}
