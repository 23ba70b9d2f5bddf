/** Ten thousand waits over a minute: none ends early, and how late they end, by the store's clock and as a reader hears of it. */
import { compileWorkflows } from '../../../dsl/index.ts';
import { builtinExecutors } from '../../../executors/index.ts';
import { randomFor } from '../../simulation/random.ts';
import type { World } from '../world.ts';
import type { Figure } from './figure.ts';

const RUNS = 16;
const PER_RUN = 625;
const SPAN_MS = 60_000;
/** All are begun by then. */
const FLOOR_MS = 5_000;

interface Ended {
  readonly until: number;
  readonly at: number;
  readonly heard: number;
}

export const timers: Figure = {
  name: 'timers',
  times: 1,
  async measure(world, { seed, onNews }) {
    const ended = (await Promise.all(Array.from({ length: RUNS }, (_, i) => waitIn(world, seed, i)))).flat();
    onNews(`${ended.length} waits ended`);
    const early = ended.filter(({ until, at }) => at < until).length;
    const samples = ended.map(({ until, at }) => at - until);
    const heard = ended.map(({ until, heard: when }) => when - until);
    return [
      {
        what: `${RUNS * PER_RUN} timers over 60 s: missed or early`,
        goal: '0',
        samples: [early, RUNS * PER_RUN - ended.length],
        as: 'count',
      },
      { what: 'timers: how late, as stored', goal: 'p99 ≤ 100 ms', samples, as: 'quantiles' },
      { what: 'timers: how late, as a reader hears of it', goal: '', samples: heard, as: 'quantiles' },
    ];
  },
};

async function waitIn(world: World, seed: number, number: number): Promise<Ended[]> {
  const random = randomFor('timers', seed, number);
  const spans = Array.from({ length: PER_RUN }, () => FLOOR_MS + random.int(0, SPAN_MS));
  const { run } = await world.looker.start(waitingPlan(), {
    inputs: { spans },
    idempotencyKey: `timers-${seed}-${number}`,
  });
  const untils = new Map<number, number>();
  const ended: Ended[] = [];
  for await (const { type, node = -1, at, detail } of world.looker.follow(run)) {
    if (type === 'node.waiting' && detail?.until !== undefined) untils.set(node, detail.until);
    const until = untils.get(node);
    if (type === 'node.succeeded' && until !== undefined) ended.push({ until, at, heard: Date.now() });
  }
  return ended;
}

function waitingPlan() {
  const text = JSON.stringify({
    name: 'timers',
    inputs: { spans: 'array' },
    tasks: {
      wait: { foreach: '${{ inputs.spans }}', uses: 'wait', with: { for: '${{ item }}ms' } },
    },
  });
  const { plans, diagnostics } = compileWorkflows(
    { path: 'timers.yaml', text },
    { executors: builtinExecutors() },
  );
  if (plans[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  return plans[0];
}
