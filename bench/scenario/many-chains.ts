import { ALL, type Scenario, scaled } from './scenario.ts';

const CHAINS = 100;
const LENGTH = 100;

export const manyChains: Scenario = {
  name: 'chains',
  title: '100 chains of 100 at once',
  unit: 'nodes/s',
  contenders: ALL,
  async measure(contender, scale) {
    const { executed, ms } = await contender.chains(scaled(CHAINS, scale), LENGTH);
    return (executed / ms) * 1000;
  },
  targets: [{ against: 'flow' }, { against: 'bullmq' }],
};
