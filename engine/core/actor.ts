/**
 * Actors: what lives on a shard beside runs, such as a limit, a schedule or the notifications of a workflow. An actor has an address, small JSON documents
 * (one field each, so that a change writes only what changed), timers of its own, and takes messages as a run does.
 *
 * The address decides the shard: `limit/<namespace>/<key>`, `schedule/<namespace>/<workflow>/<trigger>`,
 * `notifications/<namespace>/<workflow>`.
 */
import type { Json } from './json.ts';

export const ACTOR_KINDS = ['limit', 'schedule', 'notifications'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** `<kind>/…`; no line breaks. */
export type ActorAddress = `${ActorKind}/${string}`;

/** Field → document, in no particular order. An actor without documents does not exist. */
export type ActorState = ReadonlyMap<string, Json>;

export const NO_ACTOR: ActorState = new Map();

export function actorKind(address: string): ActorKind | undefined {
  const kind = address.slice(0, address.indexOf('/'));
  return ACTOR_KINDS.find((one) => one === kind);
}

/** An address from its parts; each part is escaped, so that no author's text reaches into another's address. */
export function actorAddress(kind: ActorKind, ...parts: readonly string[]): ActorAddress {
  return `${kind}/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

/** The parts of an address, without its kind. */
export function actorParts(address: string): string[] {
  return address
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part));
}

/** Name of one document in the shard's hash of all actors' documents. */
export function documentKey(actor: string, field: string): string {
  return `${actor}\n${field}`;
}

export function parseDocumentKey(key: string): { readonly actor: string; readonly field: string } {
  const at = key.indexOf('\n');
  return { actor: key.slice(0, at), field: key.slice(at + 1) };
}
