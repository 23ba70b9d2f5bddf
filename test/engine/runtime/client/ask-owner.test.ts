import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../../../engine/core/errors.ts';
import type { InboxMessage } from '../../../../engine/core/message.ts';
import { askOwner } from '../../../../engine/runtime/client/ask-owner.ts';

const QUESTION = { type: 'pause', run: 'r', request: 'one' } as const;

/** Loses the first messages; answers at once what it got, and otherwise lets no time pass. */
function forgetful(losses: number, loss: () => void = () => {}) {
  const sent: InboxMessage[] = [];
  return {
    sent,
    async send(messages: readonly InboxMessage[]) {
      sent.push(...messages);
      if (sent.length <= losses) loss();
    },
    async readAnswer() {
      return sent.length > losses ? ({ ok: true } as const) : undefined;
    },
  };
}

describe('asking an owner', () => {
  it('sends again under the same request what was lost', async () => {
    const store = forgetful(2);
    expect(await askOwner(store, QUESTION)).toEqual({ ok: true });
    expect(store.sent).toEqual([QUESTION, QUESTION, QUESTION]);
  });

  it('goes on over an outage', async () => {
    const store = forgetful(1, () => {
      throw new SluiceError('redis_unreachable', 'away');
    });
    expect(await askOwner(store, QUESTION)).toEqual({ ok: true });
  });

  it('says at last that nobody answered', async () => {
    const store = forgetful(100);
    await expect(askOwner(store, QUESTION, 5_000)).rejects.toMatchObject({ code: 'no_answer' });
    expect(store.sent).toHaveLength(2);
  });
});
