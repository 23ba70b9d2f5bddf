/** Random workflows through the engine and the reference interpreter: `npm run fuzz -- --only dags --count 10000`. */
import { differences, draftOf } from '../reference/compare.ts';

export interface DagReport {
  readonly count: number;
  /** Seeds with what differs. */
  readonly mismatches: readonly { readonly seed: number; readonly differences: readonly string[] }[];
  readonly tasks: number;
}

export async function fuzzDags(
  count: number,
  from: number,
  onProgress: (done: number) => void,
): Promise<DagReport> {
  const mismatches: { seed: number; differences: readonly string[] }[] = [];
  let tasks = 0;
  for (let done = 0; done < count; done++) {
    const draft = draftOf(from + done);
    tasks += draft.tasks.length;
    const found = await differences(draft).catch((thrown: unknown) => [String(thrown)]);
    if (found.length > 0) mismatches.push({ seed: from + done, differences: found });
    if ((done + 1) % 500 === 0) onProgress(done + 1);
  }
  return { count, mismatches, tasks };
}
