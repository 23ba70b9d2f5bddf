/** The memory store as a client sees it. */
import { DAY_MS, DayCosts } from '../core/cost.ts';
import { SluiceError } from '../core/errors.ts';
import { type Answer, addressOf, type InboxMessage } from '../core/message.ts';
import { RECORD_BYTES } from '../core/node-record.ts';
import type { RunHeader } from '../core/run-header.ts';
import type { ClientStore } from '../ports/shard-store.ts';
import { appendMessage, documentsOf, runState } from './shard-state.ts';
import { loadPlan, loadRun, readHeader, type StoreContext } from './store-context.ts';

export function clientStore(context: StoreContext): ClientStore {
  const append = (message: InboxMessage) => {
    const shard = context.shardOf(addressOf(message));
    appendMessage(context.shard(shard), context.now(), message);
    context.wakeInbox(shard);
  };
  return {
    async shards(wanted) {
      const actual = context.options.shards;
      if (wanted === undefined || wanted === actual) return actual;
      throw new SluiceError(
        'shards_mismatch',
        `this store was set up with ${actual} shards, but ${wanted} were asked for; ask for ${actual}, or use another store`,
      );
    },
    async now() {
      return context.now();
    },
    async start(header, plan, { always = false } = {}) {
      const shard = context.shard(context.shardOf(header.id));
      const known = shard.runs.get(header.id)?.header;
      if (known !== undefined) {
        const same = (JSON.parse(known) as RunHeader).fingerprint === header.fingerprint;
        return { kind: same ? 'exists' : 'conflict', run: header.id };
      }
      const { closedUntil, maxLive } = shard.lease;
      if (!always && closedUntil > context.now()) return { kind: 'full', reason: 'memory' };
      if (!always && maxLive > 0 && shard.live.size >= maxLive) return { kind: 'full', reason: 'runs' };
      if (!shard.plans.has(plan.hash)) shard.plans.set(plan.hash, JSON.stringify(plan));
      const stored: RunHeader = { ...header, createdAt: context.now() };
      runState(shard, header.id).header = JSON.stringify(stored);
      shard.live.add(header.id);
      append({ type: 'start', run: header.id, header: stored });
      return { kind: 'started', run: header.id };
    },
    async send(messages) {
      for (const message of messages) append(message);
    },
    async readCosts({ namespace, workflow, from, to }) {
      const sums = new DayCosts();
      for (let shard = 0; shard < context.options.shards; shard++) {
        for (const one of context.shard(shard).costs) {
          const isWanted = one.namespace === namespace && (workflow ?? one.workflow) === one.workflow;
          if (isWanted && one.day + DAY_MS > from && one.day <= to) sums.add(one, one.day, one.cost);
        }
      }
      return sums.sorted();
    },
    async readHeader(run) {
      return readHeader(context, run);
    },
    async readRecords(run, count) {
      const state = context.shard(context.shardOf(run)).runs.get(run);
      return state?.records.slice(0, count * RECORD_BYTES) ?? new Uint8Array();
    },
    async loadRun(run) {
      return loadRun(context, run);
    },
    async loadPlan(shard, hash) {
      return loadPlan(context, shard, hash);
    },
    async storePlan(shard, plan) {
      const { plans } = context.shard(shard);
      if (!plans.has(plan.hash)) plans.set(plan.hash, JSON.stringify(plan));
    },
    async readAnswer(address, request, blockMs, signal) {
      const shard = context.shard(context.shardOf(address));
      const read = () => shard.answers.get(request);
      if (read() === undefined) await context.wakeUps.wait([`answer:${request}`], blockMs, signal);
      const json = read();
      return json === undefined ? undefined : (JSON.parse(json) as Answer);
    },
    async readActors(shard, prefix) {
      return documentsOf(context.shard(shard), prefix);
    },
    async readTimers(shard, timers) {
      const known = context.shard(shard).timers;
      return timers.map((timer) => known.get(timer) ?? null);
    },
    async readEvents(run, after, limit, blockMs, signal) {
      const collect = () => {
        const events = context.shard(context.shardOf(run)).runs.get(run)?.events ?? [];
        return events
          .filter(({ last }) => last > after)
          .slice(0, limit)
          .map((stored) => ({ ...stored }));
      };
      const ready = collect();
      if (ready.length > 0) return ready;
      await context.wakeUps.wait([`events:${run}`], blockMs, signal);
      return collect();
    },
    async awaitProgress(run, after, blockMs, signal) {
      const last = () => context.shard(context.shardOf(run)).runs.get(run)?.events.at(-1)?.last ?? 0;
      if (last() <= after) await context.wakeUps.wait([`events:${run}`], blockMs, signal);
      const header = readHeader(context, run);
      return header && { header, seq: Math.max(after, last()) };
    },
  };
}
