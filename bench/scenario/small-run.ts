import { ALL, median, type Scenario, scaled } from './scenario.ts';

const RUNS = 50;

/** Plain BullMQ's side is one job, from add to completed: the least that anybody who waits for a result pays. */
export const smallRun: Scenario = {
  name: 'small-run',
  title: '3-node run one after another, submit to result (plain BullMQ: one job)',
  unit: 'ms',
  contenders: ALL,
  async measure(contender, scale) {
    const times: number[] = [];
    for (let run = 0; run < scaled(RUNS, scale); run += 1) times.push((await contender.smallest()).ms);
    return median(times);
  },
  targets: [{ against: 'bullmq', atMost: 3 }, { against: 'flow' }],
};
