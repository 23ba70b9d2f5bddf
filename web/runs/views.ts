/** The ways to look at a run. */
export const VIEWS = ['graph', 'waterfall', 'steps', 'values'] as const;
export type View = (typeof VIEWS)[number];
