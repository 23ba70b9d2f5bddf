/** Whether limits count only those that hold them; with `repair`, others are given back through their own shards. */

import { linkWords } from '../../engine/core/limit/circle.ts';
import type { Finding } from '../../engine/redis/index.ts';
import {
  auditLimits,
  describeHolder,
  giveBackHolders,
  type WrongHolder,
} from '../../engine/runtime/client/limit-audit.ts';
import { findCircles } from '../../engine/runtime/client/limit-circles.ts';
import type { Engine } from '../compose/engine.ts';
import { isAlone, whileDriving } from '../driving.ts';
import type { Host } from '../host.ts';
import { countOf } from '../view/count.ts';
import { plainText } from '../view/plain-text.ts';

export async function inspectLimits(host: Host, engine: Engine, repair: boolean): Promise<Finding[]> {
  return [...(await inspectHolders(host, engine, repair)), ...(await inspectCircles(engine))];
}

/** What is on its way arrives within that, ms. */
const SECOND_LOOK_MS = 2_000;

async function inspectCircles({ store, shards, clock }: Engine): Promise<Finding[]> {
  const { circles } = await findCircles(store, shards, () => clock.sleep(SECOND_LOOK_MS));
  return circles.map((links) => ({
    level: 'error',
    message: `Limits wait in a circle: ${plainText(links.map(linkWords).join('; '))}.`,
    fix: `Cancel one of them, such as: \`sluice cancel ${links[0]?.holder.run}\`.`,
  }));
}

async function inspectHolders(host: Host, engine: Engine, repair: boolean): Promise<Finding[]> {
  const { checked, left, wrong } = await auditLimits(engine);
  const missed = left === 0 ? '' : ` Not looked at: ${left} more.`;
  if (wrong.length === 0)
    return checked === 0
      ? []
      : [{ level: 'ok', message: `Limits count who holds them: ${countOf(checked, 'holder')}.${missed}` }];
  if (!repair) return wrong.map(toldFinding);
  const mend = () => giveBackHolders(engine, wrong);
  const still = (await isAlone(engine)) ? await whileDriving(host, engine, [], mend) : await mend();
  return wrong.map((one) => (still.includes(one) ? stuckFinding(one) : mendedFinding(one)));
}

function whoAndWhy(one: WrongHolder): string {
  return `the limit "${plainText(one.limit.key)}" (namespace ${one.limit.namespace}) counts ${plainText(describeHolder(one))}, but ${one.why}`;
}

function toldFinding(one: WrongHolder): Finding {
  return {
    level: 'error',
    message: `Wrong holder: ${whoAndWhy(one)}.`,
    fix: 'Give the place back: `sluice doctor --repair`.',
  };
}

function mendedFinding(one: WrongHolder): Finding {
  return { level: 'ok', message: `Given back: ${whoAndWhy(one)}.` };
}

function stuckFinding(one: WrongHolder): Finding {
  return {
    level: 'error',
    message: `Not given back yet: ${whoAndWhy(one)}.`,
    fix: 'It is as soon as an orchestrator runs: `sluice orchestrator`.',
  };
}
