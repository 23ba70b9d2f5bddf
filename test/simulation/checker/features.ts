import type { Invariant } from './invariant.ts';

/** What the features promise by themselves. */
export const features: Invariant = {
  name: 'features',
  promise: 'every feature of a featured run keeps its own promises',
  *check(evidence) {
    for (const run of evidence.featured) {
      for (const feature of run.features) {
        for (const found of feature.check?.(run, evidence) ?? []) {
          const about = typeof found === 'string' ? { what: found } : found;
          yield { ...about, what: `${feature.name}: ${about.what}`, run: run.id };
        }
      }
    }
  },
};
