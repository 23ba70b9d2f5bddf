/** The memory store as a worker sees it. */
import type { WorkerStore } from '../ports/shard-store.ts';
import { beatSession, claimFlight, handBackFlight, settleAndClaimFlight, settleFlight } from './flights.ts';
import type { StoreContext } from './store-context.ts';

export function workerStore(context: StoreContext): WorkerStore {
  const { options, now, shard: stateOf } = context;
  return {
    async claim({ shard, flight }, session) {
      return claimFlight(stateOf(shard), now(), { flight, session, silence: options });
    },
    async settle({ shard, flight }, session, message) {
      const reply = settleFlight(stateOf(shard), now(), { flight, session, message });
      context.wakeInbox(shard);
      return reply;
    },
    async settleAndClaim({ shard, flight }, session, message, next) {
      const reply = settleAndClaimFlight(stateOf(shard), now(), { flight, session, message, next });
      context.wakeInbox(shard);
      return reply;
    },
    async beat(shard, session, claims) {
      return beatSession(stateOf(shard), now(), session, claims);
    },
    async handBack({ shard, flight }, session, delivery) {
      handBackFlight(stateOf(shard), flight, session, delivery);
    },
  };
}
