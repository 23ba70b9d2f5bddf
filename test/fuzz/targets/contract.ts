/**
 * The JSON that workers of any language and children of the worker send: job data, messages of a module's process, and the
 * outcome of an attempt, which must end the node, whatever stands in it, and never the engine.
 */
import { readTickets } from '../../../engine/bullmq/job-form.ts';
import type { AttemptOutcome } from '../../../engine/core/message.ts';
import { isEnded } from '../../../engine/core/node-state.ts';
import { NotJsonError, toOutputs } from '../../../executors/module/json-outputs.ts';
import { readMessage } from '../../../executors/module/protocol.ts';
import type { Random } from '../../simulation/random.ts';
import { aPlan, aTask } from '../../support/run-builder.ts';
import { ShardRig } from '../../support/shard-rig.ts';
import { demand, type FuzzTarget } from '../target.ts';

const PLAN = aPlan(['a', aTask('b', ['a'], { env: { X: '${{ default(tasks.a.outputs.v, 1) }}' } })]);

export const contract: FuzzTarget = {
  name: 'contract',
  draw: (dice) => JSON.stringify(drawJson(dice, 0)),
  check(text) {
    const value = parse(text);
    if (value === undefined) return;
    readTickets(value);
    readMessage(value);
    try {
      toOutputs(value);
    } catch (thrown) {
      if (!(thrown instanceof NotJsonError)) throw thrown;
    }
    const rig = new ShardRig(PLAN).start();
    // What settles is not checked by Redis: the engine gets what the worker wrote.
    rig.deliver(rig.outcome('a', value as AttemptOutcome));
    demand(isEnded(rig.state('a')), `the node is ${rig.state('a')} after its outcome`);
    if (rig.state('b') === 'queued') rig.succeed('b');
    demand(isEnded(rig.state('b')), `the node behind is ${rig.state('b')}`);
  },
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const KEYS: readonly string[] = [
  ...[
    'status',
    'outputs',
    'error',
    'code',
    'message',
    'artifacts',
    'large',
    'cached',
    'type',
    'fraction',
    'bundle',
    'v',
  ],
  ...[
    'run',
    'node',
    'shard',
    'task',
    'queue',
    'uses',
    'generation',
    'attempt',
    'delivery',
    '__proto__',
    'constructor',
  ],
];
const LEAVES = [
  null,
  true,
  0,
  -1,
  1e21,
  1.5,
  '',
  'succeeded',
  'failed',
  'cancelled',
  'exit_code',
  'done',
  'progress',
  '\ud800',
];

function drawJson(dice: Random, depth: number): unknown {
  if (depth > 3 || dice.chance(0.3)) return dice.pick(LEAVES);
  if (dice.chance(0.2)) return Array.from({ length: dice.int(0, 3) }, () => drawJson(dice, depth + 1));
  const status =
    depth === 0 && dice.chance(0.7) ? { status: dice.pick(['succeeded', 'failed', 'cancelled']) } : {};
  const members = Array.from({ length: dice.int(0, 5) }, () => [dice.pick(KEYS), drawJson(dice, depth + 1)]);
  return { ...Object.fromEntries(members), ...status };
}
