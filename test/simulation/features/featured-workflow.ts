/** A workflow with a random choice of features. */
import type { Plan } from '../../../engine/core/plan.ts';
import type { Random } from '../random.ts';
import { Draft } from './draft.ts';
import type { Feature } from './feature.ts';
import { FEATURES } from './index.ts';

const USUAL_SHARE = 0.3;

export interface FeaturedWorkflow {
  readonly plan: Plan;
  readonly draft: Draft;
  readonly features: readonly Feature[];
}

export function featuredWorkflow(dice: Random, name: string): FeaturedWorkflow {
  const draft = new Draft(dice, name);
  const features = FEATURES.filter(({ share = USUAL_SHARE }) => dice.chance(share));
  for (const feature of features) feature.plant(draft);
  return { plan: draft.seal(), draft, features };
}
