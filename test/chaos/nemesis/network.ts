/** Faults of the link between one process and Redis. A worker that is cut off for long is taken for dead while it works. */
import type { Fault } from './fault.ts';
import { pauseBetween } from './fault.ts';

/** A worker without a beat for longer than this may lose its claims. */
const HARMLESS_MS = 3_000;

const cut: Fault = {
  name: 'connections cut',
  perMinute: 2,
  async strike(world, random) {
    const victim = random.pick([...world.awake('worker'), ...world.awake('orchestrator')]);
    victim.link.cut();
    return victim.child.name;
  },
};

const silence: Fault = {
  name: 'link silent',
  perMinute: 1,
  async strike(world, random) {
    const victim = random.pick([...world.awake('worker'), ...world.awake('orchestrator')]);
    const from = Date.now();
    victim.link.silence();
    const ms = await pauseBetween(random, 500, 15_000);
    victim.link.speak();
    if (ms > HARMLESS_MS) world.disturb(victim, 'cut off', from, Date.now());
    return `${victim.child.name} for ${ms} ms`;
  },
};

const loseReplies: Fault = {
  name: 'replies lost',
  perMinute: 1.5,
  async strike(world, random) {
    const victim = random.pick([...world.awake('worker'), ...world.awake('orchestrator')]);
    const before = victim.link.lostReplies;
    victim.link.loseReplies(random.between(0.005, 0.03));
    await pauseBetween(random, 3_000, 15_000);
    victim.link.loseReplies(0);
    return `${victim.link.lostReplies - before} of ${victim.child.name}`;
  },
};

export const NETWORK_FAULTS: readonly Fault[] = [cut, silence, loseReplies];
