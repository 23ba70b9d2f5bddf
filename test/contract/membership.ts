/** The contract of membership: engine/ports/membership.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Membership, WorkerInfo } from '../../engine/ports/membership.ts';
import { eventually, type Timed } from './passing-time.ts';

export interface MembershipSubject extends Timed {
  readonly membership: Membership;
  close(): Promise<void>;
}

const LONG_MS = 3_600_000;

function aWorker(change: Partial<WorkerInfo> = {}): WorkerInfo {
  return {
    session: 's1',
    name: 'host:1',
    queues: { default: 4, constructor: 1 },
    labels: { gpu: 'a100', zone: 'ä' },
    executors: ['shell', 'http'],
    version: '0.1.0',
    startedAt: 1_700_000_000_000,
    ...change,
  };
}

export function membershipContract(name: string, make: () => Promise<MembershipSubject>): void {
  describe(`membership contract: ${name}`, () => {
    const subjects: MembershipSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('names queues for as long as they were announced', async () => {
      const subject = await open();
      const { membership } = subject;
      expect(await membership.announcedQueues()).toEqual([]);
      await membership.announceQueues(['a+@s'], LONG_MS);
      await membership.announceQueues(['default+zone=eu', 'b'], 500);
      expect(await membership.announcedQueues()).toEqual(['a+@s', 'b', 'default+zone=eu']);
      const left = await eventually(
        subject,
        () => membership.announcedQueues(),
        ({ length }) => length === 1,
      );
      expect(left).toEqual(['a+@s']);
    });

    it('tells what lies with whom, until that is over or they leave', async () => {
      const subject = await open();
      const { membership } = subject;
      const load = (blocked: number) => ({
        queues: { default: { waiting: 3, running: 1, oldestAt: 1_700_000_000_000, oldestRun: 'r' } },
        busy: { s1: 1 },
        blocked,
      });
      expect(await membership.loads()).toEqual([]);
      await membership.announceLoad('o1', load(1), LONG_MS);
      await membership.announceLoad('o1', load(2), LONG_MS);
      await membership.announceLoad('o2', load(3), LONG_MS);
      await membership.announceLoad('o3', load(4), 150);
      const left = await eventually(
        subject,
        () => membership.loads(),
        ({ length }) => length === 2,
      );
      expect(left.map(({ blocked }) => blocked).sort()).toEqual([2, 3]);
      expect(left[0]?.queues).toEqual(load(0).queues);
      await membership.leave('o2');
      expect(await membership.loads()).toEqual([load(2)]);
    });

    it('begins with nobody', async () => {
      const { membership } = await open();
      expect(await membership.orchestrators()).toEqual([]);
      expect(await membership.workers()).toEqual([]);
    });

    it('lists orchestrators sorted, each once', async () => {
      const { membership } = await open();
      for (const id of ['o2', 'o1', '__proto__', 'o2']) await membership.announceOrchestrator(id, LONG_MS);
      expect(await membership.orchestrators()).toEqual(['__proto__', 'o1', 'o2']);
    });

    it('lists workers with all that they said last', async () => {
      const { membership } = await open();
      await membership.announceWorker(aWorker(), LONG_MS);
      await membership.announceWorker(aWorker({ session: 's2', name: 'host:2' }), LONG_MS);
      await membership.announceWorker(aWorker({ queues: {}, labels: {} }), LONG_MS);
      const workers = [...(await membership.workers())].sort((a, b) => (a.session < b.session ? -1 : 1));
      expect(workers).toEqual([
        aWorker({ queues: {}, labels: {} }),
        aWorker({ session: 's2', name: 'host:2' }),
      ]);
    });

    it('keeps orchestrators and workers apart', async () => {
      const { membership } = await open();
      await membership.announceOrchestrator('o1', LONG_MS);
      await membership.announceWorker(aWorker(), LONG_MS);
      expect(await membership.orchestrators()).toEqual(['o1']);
      expect((await membership.workers()).map(({ session }) => session)).toEqual(['s1']);
    });

    it('forgets who leaves at once', async () => {
      const { membership } = await open();
      await membership.announceOrchestrator('o1', LONG_MS);
      await membership.announceOrchestrator('o2', LONG_MS);
      await membership.announceWorker(aWorker(), LONG_MS);
      for (const id of ['o1', 's1', 'nobody']) await membership.leave(id);
      expect(await membership.orchestrators()).toEqual(['o2']);
      expect(await membership.workers()).toEqual([]);
      expect([...(await membership.left())].sort()).toEqual(['nobody', 'o1', 's1']);
    });

    it('forgets who stops announcing, and keeps who goes on', async () => {
      const subject = await open();
      const { membership } = subject;
      await membership.announceOrchestrator('o1', 150);
      await membership.announceOrchestrator('o2', LONG_MS);
      await membership.announceWorker(aWorker(), 150);
      await membership.announceWorker(aWorker({ session: 's2' }), LONG_MS);
      const ids = await eventually(
        subject,
        async () => [
          await membership.orchestrators(),
          (await membership.workers()).map(({ session }) => session),
        ],
        (lists) => lists.every((list) => list.length < 2),
      );
      expect(ids).toEqual([['o2'], ['s2']]);
    });
  });
}
