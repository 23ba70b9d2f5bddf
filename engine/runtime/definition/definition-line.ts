/** What is kept of a definition beside its plan: its line in lists, and what it follows. Pure. */
import type { Plan } from '../../core/plan.ts';
import { type ScheduleTrigger, scheduleAddress } from '../../core/schedule/document.ts';
import type {
  DefinitionLine,
  DefinitionStore,
  DefinitionVersion,
  Subscription,
  WorkflowDefinition,
} from '../../ports/definition-store.ts';
import type { ClientStore } from '../../ports/shard-store.ts';

/** A version with all that a start of it needs. */
export interface StartableVersion {
  readonly version: DefinitionVersion;
  readonly plan: Plan;
  readonly linked: readonly Plan[];
}

export interface DefinitionsOptions {
  readonly definitions: DefinitionStore;
  readonly store: ClientStore;
  readonly shards: number;
  /** A text that no other request has. */
  readonly newRequestId: () => string;
  /** How long the answer of a schedule may take, ms; 0: do not wait for it. */
  readonly waitMs: number;
}

/** The triggers that are schedules, with their numbers. */
export function scheduleTriggers(plan: Plan): (readonly [number: number, trigger: ScheduleTrigger])[] {
  return (plan.triggers ?? []).flatMap((trigger, number) =>
    trigger.kind === 'webhook' || trigger.kind === 'kafka' ? [] : [[number, trigger] as const],
  );
}

export function subscriptionsOf(plan: Plan): Subscription[] {
  return scheduleTriggers(plan).flatMap(([number, trigger]) => {
    if (trigger.kind !== 'after') return [];
    const address = scheduleAddress(plan.namespace, plan.name, number);
    return [{ address, namespace: trigger.namespace, workflow: trigger.workflow }];
  });
}

export function lineOf(
  { namespace, name, revision }: WorkflowDefinition,
  version: DefinitionVersion,
  plan: Plan,
): DefinitionLine {
  return {
    namespace,
    name,
    revision,
    version: version.number,
    plan: plan.hash,
    appliedAt: version.appliedAt,
    ...(plan.description === undefined ? {} : { description: plan.description }),
    tasks: plan.tasks.length,
    schedules: scheduleTriggers(plan).map(([number]) => number),
    starts: startsOf(plan),
    ...(plan.retention === undefined ? {} : { retention: plan.retention }),
  };
}

/** `namespace/name` of the sub-workflows that are found by name when a run starts. */
export function startsOf(plan: Plan): string[] {
  const names = plan.tasks.flatMap(({ child }) =>
    child && child.hash === undefined ? [`${child.namespace}/${child.workflow}`] : [],
  );
  return [...new Set(names)];
}
