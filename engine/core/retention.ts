/** How long ended runs are kept: by status, age and count. Pure. */
import { parseDuration } from './duration.ts';
import type { PlanRetention } from './plan.ts';

export type EndedStatus = 'succeeded' | 'failed' | 'cancelled';

const STATUSES: readonly EndedStatus[] = ['succeeded', 'failed', 'cancelled'];

/** A run is never removed sooner after its end, ms: who waits for its end must hear of it first. */
export const MIN_AGE_MS = 60_000;

export interface EndedRun {
  readonly status: EndedStatus;
  readonly finishedAt: number;
  /** Ended runs of its workflow that are newer. */
  readonly newer: number;
}

/** Why the run need not be kept any longer, or undefined when it must be. */
export function expiryOf(run: EndedRun, retention: PlanRetention, now: number): string | undefined {
  const age = now - run.finishedAt;
  if (age < MIN_AGE_MS) return undefined;
  const limit = retention.ageMs?.[run.status];
  if (limit !== undefined && age >= limit) return 'older than it is kept';
  const { count } = retention;
  return count !== undefined && run.newer >= count ? `more than ${count} newer ones` : undefined;
}

/** The workflow's own bounds, and the installation's where it has none. */
export function mergeRetention(own: PlanRetention | undefined, installation: PlanRetention): PlanRetention {
  const count = own?.count ?? installation.count;
  return {
    ageMs: { ...installation.ageMs, ...own?.ageMs },
    ...(count === undefined ? {} : { count }),
  };
}

/** `succeeded=7d,failed=30d,count=500`; `age=30d` stands for all three. */
export function parseRetention(
  text: string,
): { readonly retention: PlanRetention } | { readonly problem: string } {
  const ageMs: { succeeded?: number; failed?: number; cancelled?: number } = {};
  let count: number | undefined;
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name = '', value = ''] = part.split('=').map((one) => one.trim());
    const statuses = name === 'age' ? STATUSES : STATUSES.filter((status) => status === name);
    const ms = parseDuration(value);
    if (name === 'count' && /^\d{1,9}$/.test(value)) count = Number(value);
    else if (statuses.length > 0 && ms !== undefined) for (const status of statuses) ageMs[status] = ms;
    else
      return {
        problem: `"${part}" is no bound; write succeeded=7d, failed=30d, cancelled=7d, age=30d or count=500`,
      };
  }
  return { retention: { ageMs, ...(count === undefined ? {} : { count }) } };
}
