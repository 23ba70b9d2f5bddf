/** Asks an actor for something, and waits for the answer of its shard's owner. */
import { SLUICE_ERROR_CODES, SluiceError, type SluiceErrorCode } from '../core/errors.ts';
import type { ActorMessage } from '../core/message.ts';
import type { ClientStore } from '../ports/shard-store.ts';

/** `waitMs` 0: sends and does not wait. @throws SluiceError with the code of a refusal; no_answer when nobody answered within `waitMs` */
export async function askActor(
  store: Pick<ClientStore, 'send' | 'readAnswer'>,
  message: ActorMessage & { readonly request: string },
  waitMs: number,
): Promise<void> {
  await store.send([message]);
  if (waitMs === 0) return;
  const answer = await store.readAnswer(message.to, message.request, waitMs);
  if (answer?.ok) return;
  if (answer) throw new SluiceError(isCode(answer.code) ? answer.code : 'internal', answer.message);
  throw new SluiceError(
    'no_answer',
    `No orchestrator answered within ${waitMs / 1_000} s. The request stands and takes effect once one runs: sluice orchestrator`,
  );
}

function isCode(code: string): code is SluiceErrorCode {
  return Object.hasOwn(SLUICE_ERROR_CODES, code);
}
