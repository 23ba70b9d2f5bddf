/** The ways to look at a run. */
export const VIEWS = ['graph', 'waterfall', 'steps', 'values', 'events'] as const;
/** How far back the list of runs goes, ms. */
export const SINCE = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;
export type Since = keyof typeof SINCE;

export function sinceOf(given: unknown): Since | undefined {
  return (Object.keys(SINCE) as Since[]).find((since) => since === given);
}

export type View = (typeof VIEWS)[number];
