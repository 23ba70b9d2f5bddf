import type { Scenario } from './scenario.ts';
import { scaled } from './scenario.ts';

const WIDTH = 10_000;
const SMALL_WIDTH = 100;

/** As many nodes in one large run as in many of 100, so that what a run costs by itself weighs alike. */
export const flatCost: Scenario = {
  name: 'flat-cost',
  title: 'time per node in a 10,000-node run ÷ in 100-node runs',
  unit: 'times',
  contenders: ['sluice'],
  async measure(contender, scale) {
    const width = scaled(WIDTH, scale);
    const small = await contender.fanOuts(Math.max(1, Math.round(width / SMALL_WIDTH)), SMALL_WIDTH);
    const large = await contender.fanOuts(1, width);
    return large.ms / large.executed / (small.ms / small.executed);
  },
  targets: [{ atMost: 1.2 }],
};
