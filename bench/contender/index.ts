import { openBullmq } from './bullmq.ts';
import type { Contender, ContenderName, ContenderOptions } from './contender.ts';
import { openFlow } from './flow.ts';
import { openSluice } from './sluice.ts';

/** The sides of the comparison. */
export const CONTENDERS = {
  bullmq: openBullmq,
  flow: openFlow,
  sluice: openSluice,
} satisfies Record<ContenderName, (options: ContenderOptions) => Promise<Contender>>;
