/** Limits as workflows declare them, and where two declare the same one differently: the newest run's number holds then. */
import { hasExpression } from '../expression/index.ts';
import type { Json } from '../json.ts';
import type { Plan } from '../plan.ts';
import { type LimitKind, type LimitName, limitAddress } from './address.ts';
import type { Declaration, LimitDefinition } from './document.ts';

type Declared = LimitName & Omit<Declaration, 'at'>;

export interface DifferingLimit {
  readonly limit: LimitName;
  readonly one: Omit<Declaration, 'at'>;
  readonly other: Omit<Declaration, 'at'>;
}

/** Whether a limit was declared differently by another workflow than the one whose number holds. */
export function disagreementOf(
  definition: LimitDefinition | undefined,
): readonly [Declaration, Declaration] | undefined {
  const { declared, differs } = definition ?? {};
  return declared && differs && !isSame(declared, differs) ? [declared, differs] : undefined;
}

/** Limits of which two workflows declare different numbers, once each; keys that are expressions are known only at run time. */
export function differingLimits(plans: readonly Plan[]): DifferingLimit[] {
  const first = new Map<string, Declared>();
  const told = new Set<string>();
  return plans.flatMap(declaredBy).flatMap((one) => {
    const address = limitAddress(one.kind, one.namespace, one.key);
    const other = first.get(address);
    if (!other) first.set(address, one);
    // Within one workflow the compiler has said it already.
    if (!other || other.workflow === one.workflow || isSame(one, other) || told.has(address)) return [];
    told.add(address);
    const { kind, namespace, key } = one;
    return [{ limit: { kind, namespace, key }, one: other, other: one }];
  });
}

function isSame(a: Pick<Declaration, 'limit' | 'perMs'>, b: Pick<Declaration, 'limit' | 'perMs'>): boolean {
  return a.limit === b.limit && a.perMs === b.perMs;
}

function declaredBy(plan: Plan): Declared[] {
  const { namespace, name: workflow } = plan;
  const of = (kind: LimitKind, key: Json, numbers: { readonly limit: number; readonly perMs?: number }) =>
    typeof key === 'string' && !hasExpression(key) ? [{ kind, namespace, key, workflow, ...numbers }] : [];
  const run = plan.concurrency
    ? of('concurrency', plan.concurrency.key, { limit: plan.concurrency.limit })
    : [];
  const tasks = plan.tasks.flatMap(({ concurrency = [], rateLimit = [] }) => [
    ...concurrency.flatMap(({ key, limit }) => of('concurrency', key, { limit })),
    ...rateLimit.flatMap(({ key, limit, perMs }) => of('rate', key, { limit, perMs })),
  ]);
  return [...run, ...tasks];
}
