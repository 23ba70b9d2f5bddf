/** The contract of the run index: engine/ports/run-index.ts. */

import { afterEach, describe, expect, it } from 'vitest';
import { RUN_SAMPLES, type RunSample } from '../../engine/core/progress/run-sample.ts';
import { newRunId } from '../../engine/core/run-id.ts';
import type { RunFilter, RunIndex, RunSummary } from '../../engine/ports/run-index.ts';

export interface RunIndexSubject {
  readonly index: RunIndex;
  close(): Promise<void>;
}

const T0 = 1_700_000_000_000;

function aRun(number: number, change: Partial<RunSummary> = {}): RunSummary {
  const id = newRunId(T0 + number, new Uint8Array(10).fill(number));
  return {
    id,
    namespace: 'default',
    workflow: 'weather',
    status: 'running',
    createdAt: T0 + number,
    ...change,
  };
}

async function allPages(index: RunIndex, filter: RunFilter, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 50; page++) {
    const { runs, next } = await index.list(filter, limit, cursor);
    expect(runs.length).toBeLessThanOrEqual(limit);
    ids.push(...runs.map(({ id }) => id));
    if (next === undefined) return ids;
    cursor = next;
  }
  throw new Error('the list never ended');
}

export function runIndexContract(name: string, make: () => Promise<RunIndexSubject>): void {
  describe(`run index contract: ${name}`, () => {
    const subjects: RunIndexSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject.index;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('begins empty', async () => {
      const index = await open();
      expect(await index.list({}, 10)).toEqual({ runs: [] });
      expect(await index.findWorkflow('default', 'weather')).toBeUndefined();
    });

    it('keeps what the newest runs of each workflow taught', async () => {
      const index = await open();
      const sample = (number: number, workflow = 'weather') => ({
        run: `run${number}`,
        namespace: 'default',
        workflow,
        ms: number,
        tasks: { ['__proto__']: [number, 1], t: [1, 2] } as RunSample['tasks'],
      });
      for (let i = 1; i <= 3 * RUN_SAMPLES; i++) await index.teach(sample(i));
      await index.teach(sample(1, 'other'));
      const kept = await index.taught('default', 'weather');
      expect(kept.map(({ ms }) => ms)).toEqual(
        Array.from({ length: RUN_SAMPLES }, (_, i) => 3 * RUN_SAMPLES - i),
      );
      expect(kept[0]).toEqual(sample(3 * RUN_SAMPLES));
      expect(await index.taught('default', 'other')).toEqual([sample(1, 'other')]);
      expect(await index.taught('else', 'weather')).toEqual([]);
    });

    it('tells changes of status in order, each once', async () => {
      const index = await open();
      const start = await index.newestChange();
      const run = aRun(1, { status: 'queued' });
      await index.record(run);
      await index.record(run);
      await index.record({ ...run, status: 'running' });
      await index.record({ ...run, status: 'running' });
      const { changes, hasGap } = await index.changes(start, 10, 0);
      expect(hasGap).toBe(false);
      expect(changes.map((change) => change.run.status)).toEqual(['queued', 'running']);
      const last = changes.at(-1)?.id ?? '';
      expect(await index.newestChange()).toBe(last);
      expect((await index.changes(last, 10, 0)).changes).toEqual([]);
      await index.record({ ...run, status: 'failed', finishedAt: T0 + 5 });
      const later = await index.changes(last, 10, 1_000);
      expect(later.changes.map((change) => change.run.status)).toEqual(['failed']);
      expect((await index.changes(start, 2, 0)).changes).toEqual(changes);
    });

    it('knows the runs that wait for somebody, and tells when that changes', async () => {
      const index = await open();
      await index.record(aRun(1), aRun(2), aRun(3, { workflow: 'other' }));
      const start = await index.newestChange();
      for (const awaiting of [1, 1, 2]) await index.record(aRun(2, { awaiting }));
      await index.record(aRun(3, { workflow: 'other', awaiting: 1 }));
      expect(await allPages(index, { awaiting: true }, 1)).toEqual([aRun(3).id, aRun(2).id]);
      expect(await allPages(index, { awaiting: true, workflow: 'weather' }, 10)).toEqual([aRun(2).id]);
      await index.record(aRun(2, { status: 'queued' }));
      await index.record(aRun(2, { status: 'paused', awaiting: 2 }));
      expect((await index.list({ awaiting: true, status: 'paused' }, 10)).runs).toEqual([
        aRun(2, { status: 'paused', awaiting: 2 }),
      ]);
      await index.record(aRun(2));
      await index.record(aRun(3, { workflow: 'other', status: 'cancelled', finishedAt: T0 + 9 }));
      expect(await allPages(index, { awaiting: true }, 10)).toEqual([]);
      const { changes } = await index.changes(start, 20, 0);
      expect(changes.map(({ run: { id, awaiting } }) => [id === aRun(2).id, awaiting])).toEqual([
        [true, 1],
        [true, 2],
        [false, 1],
        [true, 2],
        [true, undefined],
        [false, undefined],
      ]);
    });

    it('counts ends by namespace, hour and status, each once', async () => {
      const index = await open();
      const hour = T0 - (T0 % 3_600_000);
      const ended = (number: number, change: Partial<RunSummary>) =>
        aRun(number, { finishedAt: hour, ...change });
      await index.record(aRun(1), aRun(2));
      for (const run of [
        ended(1, { status: 'failed' }),
        ended(1, { status: 'failed' }),
        ended(2, { status: 'succeeded', finishedAt: hour + 3_599_999 }),
        ended(3, { status: 'succeeded', finishedAt: hour + 3_600_000 }),
        ended(4, { status: 'succeeded', namespace: 'billing' }),
      ])
        await index.record(run);
      // Retried, and then well.
      await index.record(aRun(1));
      await index.record(ended(1, { status: 'succeeded', finishedAt: hour + 2_000 }));
      const counts = [
        { hour, status: 'failed', count: 1 },
        { hour, status: 'succeeded', count: 2 },
        { hour: hour + 3_600_000, status: 'succeeded', count: 1 },
      ];
      expect(await index.ended('default', hour - 86_400_000, hour + 86_400_000)).toEqual(counts);
      expect(await index.ended('default', hour + 100, hour + 200)).toEqual(counts.slice(0, 2));
      expect(await index.ended('default', hour + 3_600_000, hour + 3_600_001)).toEqual(counts.slice(2));
      expect(await index.ended('billing', hour, hour)).toEqual([{ hour, status: 'succeeded', count: 1 }]);
    });

    it('lists runs by several statuses, by labels, and by a text in what stands in their lines', async () => {
      const index = await open();
      const labels = { team: 'Data', env: 'prod' };
      const runs = [
        aRun(0, { labels }),
        aRun(1, { status: 'failed', labels: { team: 'Data' } }),
        aRun(2, { status: 'cancelled' }),
        aRun(3, { status: 'failed', workflow: 'database' }),
      ];
      for (const run of runs) await index.record(run);
      const found = async (filter: RunFilter) => {
        const ids = await allPages(index, filter, 1);
        return ids.map((id) => runs.findIndex((run) => run.id === id));
      };
      expect(await found({ status: ['failed', 'cancelled'] })).toEqual([3, 2, 1]);
      expect(await found({ status: ['running'] })).toEqual([0]);
      expect(await found({ labels: { team: 'Data' } })).toEqual([1, 0]);
      expect(await found({ labels: { ...labels } })).toEqual([0]);
      expect(await found({ labels: { team: 'data' } })).toEqual([]);
      expect(await found({ labels: { constructor: 'Object' } })).toEqual([]);
      expect(await found({ text: 'data' })).toEqual([3, 1, 0]);
      expect(await found({ text: 'env=PROD' })).toEqual([0]);
      expect(await found({ text: runs[2]?.id.toLowerCase() ?? '' })).toEqual([2]);
      expect(await found({ text: 'data', status: 'failed', workflow: 'weather' })).toEqual([1]);
      expect((await index.list({ labels }, 10)).runs[0]?.labels).toEqual(labels);
    });

    it('lists runs of a time, also page by page', async () => {
      const index = await open();
      const runs = Array.from({ length: 9 }, (_, i) => aRun(i));
      for (const run of runs) await index.record(run);
      const filter = { createdFrom: T0 + 2, createdBefore: T0 + 7 };
      const ids = [6, 5, 4, 3, 2].map((i) => runs[i]?.id);
      expect(await allPages(index, filter, 10)).toEqual(ids);
      expect(await allPages(index, filter, 2)).toEqual(ids);
      expect(await allPages(index, { createdFrom: T0 + 9 }, 2)).toEqual([]);
      expect(await allPages(index, { createdBefore: T0 }, 2)).toEqual([]);
    });

    it('lists runs newest first, whole', async () => {
      const index = await open();
      const runs = [aRun(2), aRun(1), aRun(3, { status: 'failed', finishedAt: T0 + 9 })];
      for (const run of runs) await index.record(run);
      expect((await index.list({}, 10)).runs).toEqual([runs[2], runs[0], runs[1]]);
    });

    it('replaces the line of a run, also in the filters', async () => {
      const index = await open();
      await index.record(aRun(1));
      await index.record(aRun(1));
      await index.record(aRun(1, { status: 'succeeded', finishedAt: T0 + 5 }));
      expect((await index.list({}, 10)).runs).toEqual([aRun(1, { status: 'succeeded', finishedAt: T0 + 5 })]);
      expect((await index.list({ status: 'running' }, 10)).runs).toEqual([]);
      expect((await index.list({ status: 'succeeded' }, 10)).runs).toHaveLength(1);
    });

    it.each([1, 2, 3, 7, 100])(
      'gives every run once in pages of %i, also those of the same ms',
      async (limit) => {
        const index = await open();
        const runs = [1, 2, 3, 4, 5, 6, 7].map((number) =>
          aRun(number, { createdAt: T0 + Math.floor(number / 4) }),
        );
        for (const run of runs) await index.record(run);
        const ids = await allPages(index, {}, limit);
        expect([...ids].sort()).toEqual(runs.map(({ id }) => id));
        const times = ids.map((id) => runs.find((run) => run.id === id)?.createdAt ?? 0);
        expect(times).toEqual([...times].sort((a, b) => b - a));
      },
    );

    it('keeps what is known of a run when word of its start comes late', async () => {
      const index = await open();
      const run = aRun(1, { status: 'succeeded', finishedAt: T0 + 9 });
      await index.record(run);
      await index.record({ ...aRun(1), status: 'queued' });
      expect((await index.list({}, 10)).runs).toEqual([run]);
      expect(await index.list({ status: 'queued' }, 10)).toEqual({ runs: [] });
    });

    it('keeps its place when newer runs arrive between two pages', async () => {
      const index = await open();
      for (const number of [1, 2, 3, 4]) await index.record(aRun(number));
      const { next } = await index.list({}, 2);
      await index.record(aRun(5));
      const page = await index.list({}, 10, next);
      expect(page.runs.map(({ id }) => id)).toEqual([aRun(2).id, aRun(1).id]);
    });

    it('filters by namespace, workflow and status, together and in pages', async () => {
      const index = await open();
      const all = [1, 2, 3, 4, 5, 6].map((number) =>
        aRun(number, {
          namespace: number % 2 === 0 ? 'even' : 'odd',
          workflow: number < 4 ? 'weather' : 'constructor',
          status: number % 3 === 0 ? 'failed' : 'succeeded',
        }),
      );
      for (const run of all) await index.record(run);
      const filters: RunFilter[] = [
        { namespace: 'even' },
        { workflow: 'constructor' },
        { namespace: 'odd', workflow: 'weather' },
        { status: 'failed' },
        { namespace: 'even', workflow: 'constructor', status: 'failed' },
        { namespace: 'absent' },
      ];
      for (const filter of filters) {
        const wanted = all.filter((run) =>
          (['namespace', 'workflow', 'status'] as const).every(
            (key) => filter[key] === undefined || filter[key] === run[key],
          ),
        );
        expect(await allPages(index, filter, 1)).toEqual(wanted.map(({ id }) => id).reverse());
      }
    });

    it('remembers the newest version of each workflow', async () => {
      const index = await open();
      await index.saveWorkflow('default', 'weather', { planJson: '{"v":1}', source: 'name: "ä"\n' });
      await index.saveWorkflow('default', 'weather', { planJson: '{"v":2}' });
      await index.saveWorkflow('other', 'weather', { planJson: '{"v":3}', source: 'x' });
      await index.saveWorkflow('default', '__proto__', { planJson: '{"v":4}', source: '' });
      expect(await index.findWorkflow('default', 'weather')).toEqual({ planJson: '{"v":2}' });
      expect(await index.findWorkflow('other', 'weather')).toEqual({ planJson: '{"v":3}', source: 'x' });
      expect(await index.findWorkflow('default', '__proto__')).toMatchObject({ planJson: '{"v":4}' });
      expect(await index.findWorkflow('default', 'constructor')).toBeUndefined();
    });

    it('forgets the sub-workflows of an earlier version', async () => {
      const index = await open();
      await index.saveWorkflow('default', 'weather', { planJson: '{}', source: '', linkedJson: '[1]' });
      expect(await index.findWorkflow('default', 'weather')).toEqual({
        planJson: '{}',
        source: '',
        linkedJson: '[1]',
      });
      await index.saveWorkflow('default', 'weather', { planJson: '{}' });
      expect(await index.findWorkflow('default', 'weather')).toEqual({ planJson: '{}' });
    });

    it('does not confuse names that look alike when joined', async () => {
      const index = await open();
      await index.saveWorkflow('a', 'b:c', { planJson: '{"v":1}' });
      await index.saveWorkflow('a:b', 'c', { planJson: '{"v":2}' });
      expect(await index.findWorkflow('a', 'b:c')).toMatchObject({ planJson: '{"v":1}' });
      await index.record(aRun(1, { namespace: 'a', workflow: 'b:c' }));
      await index.record(aRun(2, { namespace: 'a:b', workflow: 'c' }));
      expect((await index.list({ namespace: 'a', workflow: 'b:c' }, 10)).runs.map(({ id }) => id)).toEqual([
        aRun(1).id,
      ]);
    });
  });
}
