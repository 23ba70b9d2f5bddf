import { ALL, type Scenario, scaled } from './scenario.ts';

const WIDTH = 5_000;

export const fanOut: Scenario = {
  name: 'fan-out',
  title: 'wide fan-out, 1 → 5,000 → 1',
  unit: 'nodes/s',
  contenders: ALL,
  async measure(contender, scale) {
    const { executed, ms } = await contender.fanOuts(1, scaled(WIDTH, scale));
    return (executed / ms) * 1000;
  },
  targets: [
    { against: 'flow', atLeast: 1.2 },
    { against: 'bullmq', atLeast: 0.8 },
  ],
};
