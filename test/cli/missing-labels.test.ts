import { expect, it } from 'vitest';
import { unservedLabels } from '../../cli/missing-roles.ts';
import { aPlan, aTask } from '../support/run-builder.ts';

const aWorker = (queue: string, labels = {}) => ({ queues: { [queue]: 1 }, labels });

it('names labels that no worker of a served queue has, with the tasks that wait for them', () => {
  const plan = aPlan([
    aTask('a', [], { workerLabels: { gpu: 'yes' } }),
    aTask('b', [], { workerLabels: { gpu: 'yes' } }),
    aTask('c', [], { workerLabels: { zone: 'eu' } }),
    aTask('d', [], { queue: 'other', workerLabels: { zone: 'eu' } }),
    'e',
  ]);
  const workers = [aWorker('default', { zone: 'eu' }), aWorker('far', { gpu: 'yes' })];
  expect(unservedLabels(plan, workers)).toEqual([{ queue: 'default', labels: 'gpu=yes', tasks: ['a', 'b'] }]);
});
