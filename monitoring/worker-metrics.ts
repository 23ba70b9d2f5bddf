/** What a worker measures, from outside: its store and the log store with counters around them. */
import type { LogStore } from '../engine/ports/log-store.ts';
import type { WorkerStore } from '../engine/ports/shard-store.ts';
import { overlaid } from './overlaid.ts';
import type { Metrics } from './registry.ts';

export function measuredWorkerStore<Store extends Pick<WorkerStore, 'claim' | 'settle' | 'settleAndClaim'>>(
  store: Store,
  metrics: Metrics,
): Store {
  const claim: WorkerStore['claim'] = async (...args) => {
    const reply = await store.claim(...args);
    const isAgain = reply.kind === 'granted' && reply.delivery > 1;
    metrics.count('sluice_claims_total', 1, { reply: isAgain ? 'again' : reply.kind });
    return reply;
  };
  const note = (from: number, status: string, reply: string) => {
    metrics.observe('sluice_settle_seconds', (performance.now() - from) / 1_000);
    metrics.count('sluice_settled_total', 1, { status, reply });
  };
  const settle: WorkerStore['settle'] = async (name, session, message) => {
    const from = performance.now();
    const reply = await store.settle(name, session, message);
    note(from, message.outcome.status, reply);
    return reply;
  };
  const settleAndClaim: WorkerStore['settleAndClaim'] = async (name, session, message, next) => {
    const from = performance.now();
    const reply = await store.settleAndClaim(name, session, message, next);
    note(from, message.outcome.status, reply.settled);
    if (reply.next !== undefined) metrics.count('sluice_claims_total', 1, { reply: 'granted' });
    return reply;
  };
  return overlaid(store, { claim, settle, settleAndClaim });
}

export function measuredLogs(logs: LogStore, metrics: Metrics): LogStore {
  const append: LogStore['append'] = async (name, lines) => {
    await logs.append(name, lines);
    metrics.count('sluice_log_lines_total', lines.length);
  };
  return overlaid(logs, { append });
}
