/**
 * What workflows must hold between each other because of `after`: none follows itself in a circle, and a window has no more
 * logical times than a schedule remembers. Workflows follow others by name, so all that are known are looked at together.
 */
import type { Plan, PlanTrigger } from '../engine/core/plan.ts';
import { tickSpec } from '../engine/core/schedule/document.ts';
import { ANCHOR_MS, MAX_EXPECTED, ticksBetween } from '../engine/core/schedule/tick.ts';
import type { Diagnostic, SourceFile } from './diagnostic.ts';
import type { Path } from './position.ts';
import { readDocuments } from './read.ts';
import { Report } from './report.ts';

/** A workflow as far as others may follow it. */
export type Followed = Pick<Plan, 'namespace' | 'name' | 'triggers'>;

interface Finding {
  readonly workflow: Followed;
  readonly code: 'cycle' | 'out_of_range';
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

/** Any time; windows of all times have about as many ticks. */
const SOME_TIME_MS = Date.UTC(2026, 0, 5);

/** Mistakes of a file's workflows, given all workflows that are known beside them. The file's own replace those of their names. */
export function checkFollowing(
  file: SourceFile,
  plans: readonly Followed[],
  others: readonly Followed[],
): Diagnostic[] {
  const known = new Map([...others, ...plans].map((one) => [keyOf(one), one]));
  const findings = plans.flatMap((plan) => [...circles(plan, known), ...windows(plan, known)]);
  if (findings.length === 0) return [];
  const report = new Report(file);
  const documents = readDocuments(report);
  for (const { workflow, ...finding } of findings) {
    const own =
      documents.find(({ source }) => source.name === workflow.name) ??
      documents.find(({ source }) => source.name === undefined);
    own?.document.error(finding);
  }
  return report.diagnostics().filter(({ severity }) => severity === 'error');
}

type Known = ReadonlyMap<string, Followed>;
type After = Extract<PlanTrigger, { kind: 'after' }>;

function* circles(plan: Followed, known: Known): Generator<Finding> {
  for (const [i, trigger] of (plan.triggers ?? []).entries()) {
    if (!follows(trigger)) continue;
    const circle = pathTo(keyOf(plan), targetOf(trigger), known);
    if (!circle) continue;
    yield {
      workflow: plan,
      code: 'cycle',
      path: ['triggers', i, 'after', 'workflow'],
      message: `Each run would start the next for ever: ${circle.map((key) => `\`${shortName(key, plan)}\``).join(' → ')}.`,
      hint: 'Remove one `after` of the circle, or run a workflow of it as a sub-workflow.',
    };
  }
}

/** Runs that were started by `after` are not scheduled, so a window ends a circle. */
function follows(trigger: PlanTrigger): trigger is After {
  return trigger.kind === 'after' && trigger.windowMs === undefined;
}

function targetOf({ namespace, workflow }: After): string {
  return `${namespace}/${workflow}`;
}

/** From `first`, whose runs start those of the next, back to it over `last`; undefined when there is no way. */
function pathTo(first: string, last: string, known: Known): string[] | undefined {
  const open = [[last, first]];
  const seen = new Set([last]);
  for (const path of open) {
    const [head = ''] = path;
    if (head === first) return path;
    for (const trigger of known.get(head)?.triggers ?? []) {
      if (!follows(trigger) || seen.has(targetOf(trigger))) continue;
      seen.add(targetOf(trigger));
      open.push([targetOf(trigger), ...path]);
    }
  }
  return undefined;
}

/** Its own windows, and those of workflows that follow it. */
function* windows(plan: Followed, known: Known): Generator<Finding> {
  for (const [i, trigger] of (plan.triggers ?? []).entries()) {
    const upstream = trigger.kind === 'after' ? known.get(targetOf(trigger)) : undefined;
    if (trigger.kind !== 'after' || !upstream || !isTooLong(trigger, upstream)) continue;
    yield {
      workflow: plan,
      code: 'out_of_range',
      path: ['triggers', i, 'after', 'window'],
      message: `The window has more than ${MAX_EXPECTED} scheduled times of \`${trigger.workflow}\`.`,
      hint: 'Choose a shorter window, or follow a workflow that runs less often.',
    };
  }
  for (const follower of known.values()) {
    const trigger = (follower.triggers ?? []).find((one) => isWindowOn(one, plan));
    if (!trigger || keyOf(follower) === keyOf(plan)) continue;
    yield {
      workflow: plan,
      code: 'out_of_range',
      path: ['triggers'],
      message: `\`${shortName(keyOf(follower), plan)}\` follows windows of this workflow, which have more than ${MAX_EXPECTED} of its times.`,
      hint: `Run it less often, or shorten the window of \`${shortName(keyOf(follower), plan)}\`.`,
    };
  }
}

function isWindowOn(trigger: PlanTrigger, plan: Followed): boolean {
  return trigger.kind === 'after' && targetOf(trigger) === keyOf(plan) && isTooLong(trigger, plan);
}

function isTooLong({ windowMs }: After, upstream: Followed): boolean {
  if (windowMs === undefined) return false;
  const start = ANCHOR_MS + Math.floor((SOME_TIME_MS - ANCHOR_MS) / windowMs) * windowMs;
  const times = (upstream.triggers ?? []).flatMap((trigger) =>
    trigger.kind === 'cron' || trigger.kind === 'every'
      ? ticksBetween(tickSpec(trigger), start, start + windowMs, MAX_EXPECTED + 1)
      : [],
  );
  return times.length > MAX_EXPECTED;
}

function keyOf({ namespace, name }: Followed): string {
  return `${namespace}/${name}`;
}

/** Without the namespace where that is the plan's own. */
function shortName(key: string, { namespace }: Followed): string {
  return key.startsWith(`${namespace}/`) ? key.slice(namespace.length + 1) : key;
}
