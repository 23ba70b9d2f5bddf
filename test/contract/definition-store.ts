/** The contract of the definition store: engine/ports/definition-store.ts. */
import { afterEach, describe, expect, it } from 'vitest';
import { sealPlan } from '../../engine/core/plan.ts';
import type { DefinitionChange, DefinitionStore } from '../../engine/ports/definition-store.ts';

export interface DefinitionStoreSubject {
  readonly definitions: DefinitionStore;
  close(): Promise<void>;
}

function aChange(name: string, revision: number, follows: readonly string[] = []): DefinitionChange {
  const version = { number: revision, plan: `p${revision}`, linked: [], appliedAt: 1_000 };
  const place = { namespace: 'default', name };
  return {
    definition: { format: 1, ...place, revision, current: revision, versions: [version] },
    line: {
      ...place,
      revision,
      version: revision,
      plan: `p${revision}`,
      appliedAt: 1_000,
      tasks: 1,
      schedules: [],
      starts: [],
    },
    subscriptions: follows.map((workflow, i) => ({
      address: `schedule/default/${name}/${i}`,
      namespace: 'default',
      workflow,
    })),
  };
}

export function definitionStoreContract(name: string, make: () => Promise<DefinitionStoreSubject>): void {
  describe(`definition store contract: ${name}`, () => {
    const subjects: DefinitionStoreSubject[] = [];
    const open = async () => {
      const subject = await make();
      subjects.push(subject);
      return subject.definitions;
    };
    afterEach(async () => {
      for (const subject of subjects.splice(0)) await subject.close();
    });

    it('reads what was written', async () => {
      const store = await open();
      expect(await store.read('default', 'etl')).toBeUndefined();
      const change = aChange('etl', 1);
      expect(await store.write(change, 0)).toBe(true);
      expect(await store.read('default', 'etl')).toEqual(change.definition);
      expect(await store.list()).toEqual([change.line]);
    });

    it('takes a change of what was read, not of what somebody else has changed since', async () => {
      const store = await open();
      expect(await store.write(aChange('etl', 2), 1)).toBe(false);
      expect(await store.write(aChange('etl', 1), 0)).toBe(true);
      expect(await store.write(aChange('etl', 1), 0)).toBe(false);
      expect(await store.write(aChange('etl', 2), 1)).toBe(true);
      expect(await store.remove('default', 'etl', 1)).toBe(false);
      expect((await store.read('default', 'etl'))?.revision).toBe(2);
    });

    it('removes, and takes a first revision again', async () => {
      const store = await open();
      await store.write(aChange('etl', 1, ['a']), 0);
      expect(await store.remove('default', 'etl', 1)).toBe(true);
      expect([await store.read('default', 'etl'), await store.list()]).toEqual([undefined, []]);
      expect((await store.subscriptions())?.subscriptions).toEqual([]);
      expect(await store.write(aChange('etl', 1), 0)).toBe(true);
    });

    it('lists by name, whatever the names', async () => {
      const store = await open();
      for (const one of ['b', 'a', '__proto__', 'constructor']) await store.write(aChange(one, 1), 0);
      expect((await store.list()).map((line) => line.name)).toEqual(['__proto__', 'a', 'b', 'constructor']);
    });

    it('keeps plans by hash', async () => {
      const store = await open();
      const plan = sealPlan({
        format: 1,
        name: 'etl',
        namespace: 'default',
        labels: {},
        inputs: {},
        priority: 5,
        tasks: [],
        outputs: {},
      });
      expect(await store.plan(plan.hash)).toBeUndefined();
      await store.putPlan(plan);
      await store.putPlan(plan);
      expect(await store.plan(plan.hash)).toEqual(plan);
    });

    it('tells subscriptions when they have changed, those of the newest revision of each workflow', async () => {
      const store = await open();
      await store.write(aChange('report', 1, ['a', 'b']), 0);
      await store.write(aChange('reports', 1, ['a']), 0);
      const first = await store.subscriptions();
      expect(first?.subscriptions.map(({ workflow }) => workflow).sort()).toEqual(['a', 'a', 'b']);
      expect(await store.subscriptions(first?.revision)).toBeUndefined();
      await store.write(aChange('report', 2, ['c']), 1);
      const second = await store.subscriptions(first?.revision);
      expect(second?.subscriptions.map(({ workflow }) => workflow).sort()).toEqual(['a', 'c']);
    });
  });
}
