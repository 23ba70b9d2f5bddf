/** What former runs of a workflow teach: how long a node of each task took, and how many there were. */
import type { Learned } from '../../core/forecast/index.ts';
import type { Plan } from '../../core/plan.ts';
import { learnedFrom } from '../../core/progress/run-sample.ts';
import type { RunIndex } from '../../ports/run-index.ts';

/** From the newest runs that succeeded. */
export async function learnFromRuns(
  { index }: { readonly index: Pick<RunIndex, 'taught'> },
  { namespace, name }: Pick<Plan, 'namespace' | 'name'>,
): Promise<Learned> {
  return learnedFrom(await index.taught(namespace, name));
}
