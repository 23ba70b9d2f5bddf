/** Names: where a limit lives, and under which name somebody holds it. */
import { type ActorAddress, actorAddress, actorParts } from '../actor.ts';
import type { AttemptName } from '../message.ts';

/** A concurrency limit counts holders; a rate limit counts units in a window of time. Of one key there may be both. */
export type LimitKind = 'concurrency' | 'rate';

export const LIMIT_PREFIX = 'limit/';

export function limitAddress(kind: LimitKind, namespace: string, key: string): ActorAddress {
  return kind === 'rate'
    ? actorAddress('limit', namespace, key, 'rate')
    : actorAddress('limit', namespace, key);
}

export interface LimitName {
  readonly kind: LimitKind;
  readonly namespace: string;
  readonly key: string;
}

export function parseLimitAddress(address: string): LimitName {
  const [namespace = '', key = '', rate] = actorParts(address);
  return { kind: rate === 'rate' ? 'rate' : 'concurrency', namespace, key };
}

/** Node number under which a whole run holds a limit. */
export const WHOLE_RUN = -1;

/** An attempt holds a limit under its own name, so that what one attempt gives back is never what the next has taken. */
export function holderName({ run, node, generation, attempt }: AttemptName): string {
  return `${run}/${node}/${generation}/${attempt}`;
}
