/** The Redis store as a worker sees it. Claims, and settlements, of one tick on one shard travel together. */
import type { SettledMessage } from '../core/message.ts';
import type { ClaimReply, ContinueReply, NextClaim, SettleReply, WorkerStore } from '../ports/shard-store.ts';
import type { StoreContext } from './store-context.ts';
import { createTickBatch } from './tick-batch.ts';

/** One script call takes at most this, so that it blocks Redis for a few ms only. */
const MAX_ITEMS = 250;
const MAX_BYTES = 256 * 1_024;

interface Claim {
  readonly flight: string;
  readonly session: string;
}

interface Settlement extends Claim {
  readonly delivery: number;
  /** The message's JSON without its opening brace and its type, which the script chooses. */
  readonly body: string;
  readonly next: NextClaim | undefined;
}

export function workerStore(context: StoreContext): WorkerStore {
  const { keys, scripts } = context;
  const claims = createTickBatch<Claim, ClaimReply>({
    send: (shard, items) => sendClaims(context, shard, items),
    maxItems: MAX_ITEMS,
    maxSize: MAX_ITEMS,
    sizeOf: () => 1,
  });
  const settlements = createTickBatch<Settlement, ContinueReply>({
    send: (shard, items) => sendSettlements(context, shard, items),
    maxItems: MAX_ITEMS,
    maxSize: MAX_BYTES,
    sizeOf: ({ body }) => body.length,
  });
  context.beforeCalls(claims.flush);
  context.beforeCalls(settlements.flush);
  return {
    claim: ({ shard, flight }, session) => claims.add(shard, { flight, session }),
    async settle({ shard, flight }, session, message) {
      const { delivery } = message;
      const item = { flight, session, delivery, body: bodyOf(message), next: undefined };
      return (await settlements.add(shard, item)).settled;
    },
    settleAndClaim: ({ shard, flight }, session, message, next) =>
      settlements.add(shard, {
        flight,
        session,
        delivery: message.delivery,
        body: bodyOf(message),
        next,
      }),
    async beat(shard, session, held) {
      context.flush(shard);
      const args = held.flatMap(({ flight, delivery }) => [flight, delivery]);
      return scripts.beat([keys.flight(shard), keys.beats(shard)], [session, ...args]);
    },
    async handBack({ shard, flight }, session, delivery) {
      context.flush(shard);
      await scripts.handBack([keys.flight(shard)], [flight, delivery, session]);
    },
  };
}

function bodyOf(message: SettledMessage): string {
  const { type: _chosenByTheScript, ...rest } = message;
  return JSON.stringify(rest).slice(1);
}

async function sendClaims(
  context: StoreContext,
  shard: number,
  items: readonly Claim[],
): Promise<ClaimReply[]> {
  const { keys, scripts, deadAfterMs, calmGapMs } = context;
  const args = items.flatMap(({ flight, session }) => [flight, session]);
  const names = [keys.flight(shard), keys.beats(shard), keys.lease(shard)];
  const [at = 0, ...replies] = await scripts.claim(names, [deadAfterMs, calmGapMs, ...args]);
  return replies.map((delivery) => {
    if (delivery > 0) return { kind: 'granted', delivery, at };
    return { kind: delivery === 0 ? 'busy' : 'gone' };
  });
}

/** As flights have it. */
const LETTER_OF = { joined: 'j', sent: 's' } as const;

const SETTLE_REPLIES: readonly (SettleReply | undefined)[] = [undefined, 'accepted', 'already', 'late'];

async function sendSettlements(
  context: StoreContext,
  shard: number,
  items: readonly Settlement[],
): Promise<ContinueReply[]> {
  const { keys, scripts } = context;
  const args = items.flatMap(({ flight, delivery, session, body, next }) => [
    flight,
    delivery,
    session,
    body,
    next ? LETTER_OF[next.state] : '',
    next?.flight ?? '',
  ]);
  const names = [keys.flight(shard), keys.inbox(shard), keys.beats(shard)];
  const [at = 0, ...replies] = await scripts.settle(names, args);
  return items.flatMap((_, item) => {
    const settled = SETTLE_REPLIES[replies[2 * item] ?? 0];
    const delivery = replies[2 * item + 1] ?? 0;
    if (settled === undefined) return [];
    return [delivery > 0 ? { settled, next: { delivery, at } } : { settled }];
  });
}
