/** What the tasks of workflows.yaml do: in the making of a state some hold still or fail, afterwards all succeed. */
import { type RegisteredFunction, TaskFailure } from '../../sdk/index.ts';

export interface Done {
  readonly run: string;
  readonly task: string;
  readonly index: number | null;
}

export function tasksWhileMaking(): { readonly [name: string]: RegisteredFunction } {
  const quick: RegisteredFunction = () => ({ value: 1 });
  const fail: RegisteredFunction = () => {
    throw new TaskFailure('failed', 'not yet');
  };
  // For ever: whoever does it is killed.
  const hold: RegisteredFunction = () => new Promise(() => {});
  // Until its run is paused.
  const gate: RegisteredFunction = () => new Promise((go) => setTimeout(() => go({ value: 1 }), 1_500));
  return { quick, hold, gate, shaky: fail, broken: fail };
}

/** @param done gets everything that is done */
export function tasksThatSucceed(done: Done[]): { readonly [name: string]: RegisteredFunction } {
  const work: RegisteredFunction = ({ run, task, index }) => {
    done.push({ run: run.id, task, index: index ?? null });
    return { value: 1 };
  };
  return { quick: work, hold: work, gate: work, shaky: work, broken: work };
}
