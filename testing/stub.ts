/** Stubs: what stands for the work of a task in a test. */

import type { TaskError } from '../engine/core/errors.ts';
import type { Json, JsonObject } from '../engine/core/json.ts';

/** What one attempt does. Without anything: it succeeds at once, without outputs. */
export interface StubOutcome {
  readonly outputs?: { readonly [name: string]: Json };
  /** Artifact name → content. Those that the task declares and the stub leaves out are empty files. */
  readonly artifacts?: { readonly [name: string]: string };
  /** The attempt fails with this error. */
  readonly fail?: TaskError;
  /** Virtual time until the end, ms. Default 0. */
  readonly delayMs?: number;
  /** Never ends by itself, so that a timeout, a heartbeat or a cancellation has something to end. */
  readonly hang?: boolean;
  /** Does the real work, in real time, while virtual time stands still. */
  readonly execute?: boolean;
}

/** What an attempt was given. */
export interface StubCall {
  readonly workflow: string;
  readonly task: string;
  /** Index within a fan-out. */
  readonly index: number | undefined;
  /** How often this node has been tried, from 1. */
  readonly attempt: number;
  /** Options of the executor, resolved. */
  readonly with: JsonObject;
  readonly env: { readonly [name: string]: string };
  /** RFC 3339. */
  readonly logicalTime: string;
}

/** One outcome for all attempts, a list of one for each (the last one repeats), or a function. */
export type Stub =
  | StubOutcome
  | readonly StubOutcome[]
  | ((call: StubCall) => StubOutcome | Promise<StubOutcome>);

/** By `task`, `task[3]`, or `workflow/task` for tasks of sub-workflows; `*` is for all that have none of their own. */
export type Stubs = { readonly [name: string]: Stub };

/** The stub of an attempt: the one whose name says most. */
export function findStub(
  stubs: Stubs,
  call: Pick<StubCall, 'workflow' | 'task' | 'index'>,
  main: string,
): Stub | undefined {
  const { workflow, task, index } = call;
  const names = [`${workflow}/${task}`, ...(workflow === main ? [task] : [])];
  const own = index === undefined ? [] : names.map((name) => `${name}[${index}]`);
  const found = [...own, ...names, `${workflow}/*`, '*'].find((name) => Object.hasOwn(stubs, name));
  return found === undefined ? undefined : stubs[found];
}

export async function outcomeOf(stub: Stub, call: StubCall): Promise<StubOutcome> {
  if (typeof stub === 'function') return stub(call);
  if (!isList(stub)) return stub;
  return stub[Math.min(call.attempt, stub.length) - 1] ?? {};
}

function isList(stub: Stub): stub is readonly StubOutcome[] {
  return Array.isArray(stub);
}

/** Whether one of the outcomes of the attempt's stub does real work. */
export function mayExecute(
  stubs: Stubs,
  ticket: { readonly workflow: string; readonly task: string; readonly index?: number },
  main: string,
): boolean {
  const { workflow, task, index } = ticket;
  const stub = findStub(stubs, { workflow, task, index }, main);
  if (stub === undefined || typeof stub === 'function') return false;
  return (isList(stub) ? stub : [stub]).some(({ execute }) => execute === true);
}

/** The first that does real work. */
export function executedIn(stubs: Stubs): string | undefined {
  return Object.keys(stubs).find((name) => {
    const stub = stubs[name] ?? {};
    return (
      typeof stub !== 'function' && (isList(stub) ? stub : [stub]).some(({ execute }) => execute === true)
    );
  });
}
