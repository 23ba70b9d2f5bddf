/** Asks an actor for something. */
import type { ActorMessage } from '../../core/message.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { askOwner } from './ask-owner.ts';

/** `waitMs` 0: sends and does not wait. @throws SluiceError with the code of a refusal; no_answer when nobody answered within `waitMs` */
export async function askActor(
  store: Pick<ClientStore, 'send' | 'readAnswer'>,
  message: ActorMessage & { readonly request: string },
  waitMs: number,
): Promise<void> {
  if (waitMs === 0) await store.send([message]);
  else await askOwner(store, message, waitMs);
}
