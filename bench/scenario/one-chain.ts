import { ALL, type Scenario } from './scenario.ts';

const LENGTH = 40;

export const oneChain: Scenario = {
  name: 'chain',
  title: 'one chain of 40, first start to last end',
  unit: 'ms',
  contenders: ALL,
  async measure(contender) {
    const { spanMs } = await contender.chains(1, LENGTH);
    return spanMs;
  },
  targets: [{ against: 'flow', atMost: 0.4 }, { against: 'bullmq' }],
};
