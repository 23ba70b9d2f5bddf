import { ALL, type Scenario, scaled } from './scenario.ts';

const RUNS = 100;
const NODES = 3;

export const smallRuns: Scenario = {
  name: 'small-runs',
  title: '100 3-node runs at once',
  unit: 'runs/s',
  contenders: ALL,
  async measure(contender, scale) {
    const { executed, ms } = await contender.chains(scaled(RUNS, scale), NODES);
    return (executed / NODES / ms) * 1000;
  },
  targets: [{ against: 'flow' }, { against: 'bullmq' }],
};
