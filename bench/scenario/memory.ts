import { ALL, type Scenario, scaled } from './scenario.ts';

const WIDTH = 10_000;

export const memory: Scenario = {
  name: 'memory',
  title: 'Redis memory of a finished node with a 60-byte output',
  unit: 'B/node',
  contenders: ALL,
  measure: (contender, scale) => contender.bytesPerNode(scaled(WIDTH, scale)),
  targets: [{ atMost: 250 }, { against: 'bullmq' }, { against: 'flow' }],
};
