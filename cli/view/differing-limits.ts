/** Warns of limits that workflows declare differently. */
import { formatDuration } from '../../engine/core/duration.ts';
import { type DifferingLimit, differingLimits } from '../../engine/core/limit/declared.ts';
import type { Plan } from '../../engine/core/plan.ts';
import type { Host } from '../host.ts';
import { plainText } from './plain-text.ts';

export function warnOfDifferingLimits(host: Host, plans: readonly Plan[]): void {
  for (const found of differingLimits(plans))
    host.say(`${host.colors.yellow('warning')}: ${differingText(found)}`);
}

type Numbers = DifferingLimit['one'];

export function differingText({ limit, one, other }: DifferingLimit): string {
  const kind = limit.kind === 'rate' ? 'rate limit' : 'limit';
  return `the ${kind} "${plainText(limit.key)}" differs: ${declaredText(one)}, ${declaredText(other)}. The newest run's holds; declare the same in both.`;
}

function declaredText({ workflow, limit, perMs }: Numbers): string {
  const per = perMs === undefined ? '' : ` in ${formatDuration(perMs)}`;
  return `${plainText(workflow)} declares ${limit}${per}`;
}
