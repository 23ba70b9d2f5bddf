/** Asks a run or an actor for something, and waits for the answer of its shard's owner. */
import { isSluiceErrorCode, SluiceError } from '../core/errors.ts';
import { type Answer, addressOf, type InboxMessage } from '../core/message.ts';
import type { ClientStore } from '../ports/shard-store.ts';

/** Longer than a take-over of the shard. */
const WAIT_MS = 10_000;

/**
 * Sends the message, which must carry its request id, and waits up to `waitMs` for the answer.
 * @throws SluiceError with the code of a refusal, or no_answer
 */
export async function askOwner(
  store: Pick<ClientStore, 'send' | 'readAnswer'>,
  message: InboxMessage & { readonly request: string },
  waitMs = WAIT_MS,
): Promise<Answer & { ok: true }> {
  await store.send([message]);
  const address = addressOf(message);
  const answer = await store.readAnswer(address, message.request, waitMs);
  if (answer?.ok) return answer;
  if (!answer) {
    throw new SluiceError(
      'no_answer',
      `no orchestrator answered for ${address} within ${waitMs / 1_000} s. The request stands and takes effect when one runs: \`sluice orchestrator\``,
    );
  }
  throw new SluiceError(isSluiceErrorCode(answer.code) ? answer.code : 'internal', answer.message);
}
