import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../engine/core/plan.ts';
import { findPinned } from '../../../../engine/runtime/client/find-workflow.ts';
import { pinsOf } from '../../../../engine/runtime/client/pins.ts';
import { aPlan, aTask } from '../../../support/run-builder.ts';

const starting = (name: string, ...children: { workflow: string; hash?: string }[]): Plan =>
  aPlan(
    children.map((child, i) =>
      aTask(`t${i}`, [], { child: { namespace: 'default', inputs: {}, detached: false, ...child } }),
    ),
    { name },
  );

const found = new Map<string, { plan: Plan; linked: Plan[]; source?: { bundle: string; run: string } }>();
const find = async (namespace: string, name: string) => found.get(`${namespace}/${name}`);

describe('pins', () => {
  it('are all versions that the run may start, directly or through others', async () => {
    const leaf = aPlan(['x'], { name: 'leaf' });
    const file = starting('file', { workflow: 'leaf', hash: leaf.hash });
    const stored = starting('stored', { workflow: 'file', hash: file.hash }, { workflow: 'stored' });
    found.set('default/stored', { plan: stored, linked: [file, leaf], source: { bundle: 'b', run: 'r' } });
    const { pins, sources, plans } = await pinsOf(starting('top', { workflow: 'stored' }), [], find);
    expect(pins).toEqual({ 'default/stored': stored.hash });
    expect(sources).toEqual({ 'default/stored': { bundle: 'b', run: 'r' } });
    expect(plans.map(({ name }) => name).sort()).toEqual(['file', 'leaf', 'stored']);
  });

  it('say which workflow is nowhere', async () => {
    await expect(pinsOf(starting('top', { workflow: 'gone' }), [], find)).rejects.toMatchObject({
      code: 'workflow_not_found',
      message: expect.stringContaining('The task t0 of top runs the workflow "gone"'),
    });
  });

  it('stay as they were where they are fixed already', async () => {
    const old = aPlan(['x'], { name: 'leaf' });
    found.set('default/leaf', { plan: aPlan(['x', 'y'], { name: 'leaf' }), linked: [] });
    const top = starting('top', { workflow: 'leaf' }, { workflow: 'stored' });
    const fixed = findPinned({ pins: { 'default/leaf': old.hash }, sources: {}, plans: [old] }, find);
    const { pins } = await pinsOf(top, [], fixed);
    expect(pins['default/leaf']).toBe(old.hash);
    expect(pins['default/stored']).toBe(found.get('default/stored')?.plan.hash);
    const gone = findPinned({ pins: { 'default/leaf': old.hash }, sources: {}, plans: [] }, find);
    await expect(pinsOf(top, [], gone)).rejects.toMatchObject({ code: 'workflow_not_found' });
  });
});
