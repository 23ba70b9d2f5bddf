/** Membership in memory: who announced itself, and until when that holds. */
import { LEFT_MS, type LoadReport, type Membership, type WorkerInfo } from '../ports/membership.ts';

export interface MemoryMembershipOptions {
  /** The store's clock, ms. */
  readonly now: () => number;
}

interface Announced<T> {
  readonly value: T;
  readonly until: number;
}

export function createMemoryMembership({ now }: MemoryMembershipOptions): Membership {
  const orchestrators = new Map<string, Announced<string>>();
  const workers = new Map<string, Announced<WorkerInfo>>();
  const queues = new Map<string, Announced<string>>();
  const loads = new Map<string, Announced<LoadReport>>();
  const left = new Map<string, Announced<string>>();
  return {
    async announceOrchestrator(id, ttlMs) {
      orchestrators.set(id, { value: id, until: now() + ttlMs });
    },
    async orchestrators() {
      return living(orchestrators, now());
    },
    async announceWorker(worker, ttlMs) {
      // Copied once, here: those who read it only read.
      workers.set(worker.session, { value: structuredClone(worker), until: now() + ttlMs });
    },
    async workers() {
      return living(workers, now());
    },
    async announceQueues(names, ttlMs) {
      for (const name of names) queues.set(name, { value: name, until: now() + ttlMs });
    },
    async announcedQueues() {
      return living(queues, now());
    },
    async announceLoad(id, load, ttlMs) {
      loads.set(id, { value: structuredClone(load), until: now() + ttlMs });
    },
    async loads() {
      return living(loads, now());
    },
    async leave(id) {
      left.set(id, { value: id, until: now() + LEFT_MS });
      loads.delete(id);
      orchestrators.delete(id);
      workers.delete(id);
    },
    async left() {
      return living(left, now());
    },
  };
}

/** Values that still hold, sorted by id. Forgets the others. */
function living<T>(announced: Map<string, Announced<T>>, now: number): T[] {
  for (const [id, { until }] of announced) if (until <= now) announced.delete(id);
  const ids = [...announced.keys()].sort();
  return ids.flatMap((id) => announced.get(id) ?? []).map(({ value }) => value);
}
