/** How far the clock of this machine is ahead of the store's, as far as that can be told. */
import type { Clock } from '../ports/clock.ts';
import type { ClientStore } from '../ports/shard-store.ts';

/** ms, negative when it is behind; at least so far: what the question itself may have taken is not held against it. Undefined: the store does not say. */
export async function clockAhead(
  clock: Pick<Clock, 'now'>,
  store: Partial<Pick<ClientStore, 'now'>>,
): Promise<number | undefined> {
  if (store.now === undefined) return undefined;
  const asked = clock.now();
  const theirs = await store.now();
  const answered = clock.now();
  // Theirs was read at some moment in between.
  if (theirs < asked) return asked - theirs;
  return theirs > answered ? answered - theirs : 0;
}
