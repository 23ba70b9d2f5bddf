/** One of three orchestrators is killed: how long the shards that it owned dispatch nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../../simulation/random.ts';
import type { Figure } from './figure.ts';
import { longestGap, Pulse } from './pulse.ts';

export const orchestratorKilled: Figure = {
  name: 'orchestrator-killed',
  times: 20,
  async measure(world, { seed, times, onNews }) {
    const random = new Random(seed);
    const pulse = new Pulse(world);
    pulse.begin();
    const samples: number[] = [];
    for (let i = 0; i < times; i++) {
      await pulse.since(Date.now(), allShards(world.shards), 2);
      const victim = random.pick(world.awake('orchestrator'));
      const owners = await world.owners();
      const orphans = allShards(world.shards).filter((shard) => owners[shard] === victim.child.pid);
      const at = await world.kill(victim);
      await pulse.since(at, orphans, 3);
      const starts = pulse.starts();
      samples.push(...orphans.map((shard) => longestGap(starts[shard] ?? [], at)));
      await world.fill();
      // Shards move to the new one; that is not what is measured.
      await pause(3_000);
      onNews(`${i + 1} of ${times}: ${orphans.length} shards`);
    }
    await pulse.end();
    return [
      {
        what: 'orchestrator killed (one of three) → longest gap in the dispatches of each shard it had',
        goal: 'p99 ≤ 2 s',
        samples,
        as: 'quantiles',
      },
    ];
  },
};

export function allShards(count: number): readonly number[] {
  return Array.from({ length: count }, (_, shard) => shard);
}
