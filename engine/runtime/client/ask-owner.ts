/** Asks a run or an actor for something, and waits for the answer of its shard's owner. */
import { isSluiceErrorCode, SluiceError } from '../../core/errors.ts';
import { type Answer, addressOf, type InboxMessage } from '../../core/message.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import { isOutage } from '../retry-call.ts';

/** Longer than a take-over of the shard. */
const WAIT_MS = 10_000;
/** The message is sent again after so long without an answer: a Redis that went back to an earlier state may have lost it. */
const SEND_AGAIN_MS = 2_500;

type Asking = Pick<ClientStore, 'send' | 'readAnswer'>;
type Question = InboxMessage & { readonly request: string };

/**
 * Sends the message, which must carry its request id, and waits up to `waitMs` for the answer. It is sent again meanwhile:
 * under its id it takes effect once.
 * @throws SluiceError with the code of a refusal, or no_answer
 */
export async function askOwner(
  store: Asking,
  message: Question,
  waitMs = WAIT_MS,
): Promise<Answer & { ok: true }> {
  const answer = await answerTo(store, message, waitMs);
  if (answer?.ok) return answer;
  if (!answer) {
    throw new SluiceError(
      'no_answer',
      `no orchestrator answered for ${addressOf(message)} within ${waitMs / 1_000} s. The request stands and takes effect when one runs: \`sluice orchestrator\``,
    );
  }
  throw new SluiceError(isSluiceErrorCode(answer.code) ? answer.code : 'internal', answer.message);
}

/** @throws the outage that the last try met */
async function answerTo(store: Asking, message: Question, waitMs: number): Promise<Answer | undefined> {
  for (let leftMs = waitMs; ; leftMs -= SEND_AGAIN_MS) {
    try {
      await store.send([message]);
      const answer = await store.readAnswer(
        addressOf(message),
        message.request,
        Math.min(leftMs, SEND_AGAIN_MS),
      );
      if (answer || leftMs <= SEND_AGAIN_MS) return answer;
    } catch (thrown) {
      if (leftMs <= SEND_AGAIN_MS || !isOutage(thrown)) throw thrown;
    }
  }
}
