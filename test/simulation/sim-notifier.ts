/** The world outside, as notifications reach it: each attempt is a call that may be lost, and now and then it is refused. */
import type { Notifier } from '../../engine/ports/notifier.ts';
import type { Ledger } from './ledger.ts';
import { Link } from './link.ts';
import type { SimProcess } from './process.ts';
import type { Shared } from './wire.ts';

const REFUSED_SHARE = 0.2;

export function simNotifier(owner: SimProcess, { world, faults }: Shared, ledger: Ledger): Notifier {
  const link = new Link(world, faults, owner);
  return {
    async deliver(notification) {
      // Once only: later pauses are longer than a simulation lasts.
      const isFirst = !ledger.refused.has(notification.id);
      if (isFirst && world.random.chance(REFUSED_SHARE)) {
        ledger.refused.add(notification.id);
        return { kind: 'failed', error: 'the receiver answered 503' };
      }
      for (;;) {
        try {
          await link.call('deliver', async () => {
            ledger.deliveries.push(notification);
          });
          return { kind: 'delivered' };
        } catch {
          await owner.clock.sleep(200);
        }
      }
    },
  };
}
