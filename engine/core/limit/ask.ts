/** What is said to a limit: asking for a place, giving it back, and what operators change. Each may come twice, and late. */
import type { Json } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { ActorMessage, AttemptName } from '../message.ts';
import type { Declaration, LimitEntry } from './document.ts';

/** What happens when a run finds no place: it waits, the oldest run has to go, or it has to go itself. */
export type OnLimit = 'queue' | 'cancel_running' | 'reject';

export interface LimitAsk extends Omit<LimitEntry, 'since' | 'ending'> {
  readonly declared: Declaration;
  /** Of whole runs; nodes always wait. */
  readonly onLimit?: OnLimit;
}

export function acquireMessage(to: string, ask: LimitAsk): ActorMessage {
  return { type: 'actor', to, name: 'acquire', body: ask as unknown as { readonly [field: string]: Json } };
}

/** `at`: what was asked for later than that is not given back. */
export function releaseMessage(
  to: string,
  { run, node, generation, attempt }: AttemptName,
  at: number,
): ActorMessage {
  return { type: 'actor', to, name: 'release', body: { run, node, generation, attempt, at } };
}

/** Gives back all that the run and its nodes hold or wait for, whatever their attempts. */
export function releaseRunMessage(to: string, run: string): ActorMessage {
  return { type: 'actor', to, name: 'release_run', body: { run } };
}

export function readAsk(body: ActorMessage['body']): LimitAsk | undefined {
  const isAsk =
    typeof body['run'] === 'string' &&
    [body['node'], body['generation'], body['attempt'], body['at'], body['cost']].every(
      (value) => typeof value === 'number',
    ) &&
    isJsonObject(body['declared']);
  return isAsk ? (body as unknown as LimitAsk) : undefined;
}

export function readRelease(body: ActorMessage['body']): (AttemptName & { readonly at: number }) | undefined {
  const isRelease =
    typeof body['run'] === 'string' &&
    [body['node'], body['generation'], body['attempt'], body['at']].every(
      (value) => typeof value === 'number',
    );
  return isRelease ? (body as unknown as AttemptName & { at: number }) : undefined;
}
