/** What each task waits for: written `needs` and references in expressions, with the place each comes from. */
import type { Reference } from '../engine/core/expression/index.ts';
import type { PlanEdge, WhenWord } from '../engine/core/plan.ts';
import type { Span } from './diagnostic.ts';
import type { Path } from './position.ts';
import type { NeedSource } from './schema/needs.ts';
import type { SiteReference } from './site-reference.ts';
import type { TaskEntry, WorkflowContext } from './workflow-context.ts';

export interface Dependency {
  readonly edge: PlanEdge;
  readonly path: Path;
  /** For an edge from a reference: the expression, and where it stands in its text. */
  readonly expression?: string;
  readonly within?: Span;
  /** A reference, of several the first, whose value is there only when the upstream task succeeds. */
  readonly reads?: string;
}

/** An entry of `needs` in its long form. */
export interface Need {
  readonly task: string;
  readonly when?: readonly WhenWord[] | undefined;
  readonly case?: readonly string[] | undefined;
  readonly optional: boolean;
  /** Where the name of the task stands. */
  readonly path: Path;
}

/** The written needs of a task, in the order of the source. */
export function needsOf({ source, path }: TaskEntry): Need[] {
  const { needs } = source;
  if (needs === undefined) return [];
  const base = [...path, 'needs'];
  if (typeof needs === 'string') return [{ task: needs, optional: false, path: base }];
  return needs.map((need, i) => longForm(need, [...base, i]));
}

function longForm(need: NeedSource, path: Path): Need {
  if (typeof need === 'string') return { task: need, optional: false, path };
  return {
    task: need.task,
    when: asList(need.when),
    case: asList(need.case),
    optional: need.optional ?? false,
    path: [...path, 'task'],
  };
}

function asList<T>(value: T | readonly T[] | undefined): readonly T[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** The dependencies of a task, each upstream once. What cannot be one is left out: it is reported. */
export function dependenciesOf(
  context: WorkflowContext,
  task: TaskEntry,
  references: readonly SiteReference[],
): Dependency[] {
  const found = new Map<number, Dependency>();
  for (const need of needsOf(task)) {
    const upstream = context.byId.get(need.task);
    if (!upstream || upstream === task || upstream.phase !== task.phase) continue;
    const from = upstream.index;
    if (!found.has(from)) found.set(from, { edge: writtenEdge(from, need), path: need.path });
  }
  // References at the end of a run add no edges: what they name has ended, or is needed in writing.
  if (task.phase) return [...found.values()];
  for (const { site, reference, expression, within } of references) {
    const [root, id] = reference.path;
    const upstream = root === 'tasks' && id !== undefined ? context.byId.get(id) : undefined;
    if (!upstream || upstream === task || upstream.phase || !addsEdge(site)) continue;
    const from = upstream.index;
    const known = found.get(from) ?? { edge: { from, data: true }, path: site.path, expression, within };
    const reads = known.reads ?? valueRead(reference, expression);
    found.set(from, reads === undefined ? known : { ...known, reads });
  }
  return [...found.values()];
}

/** `notify` speaks of a task that has ended; it never makes one wait. */
function addsEdge({ place }: SiteReference['site']): boolean {
  return place !== 'notify';
}

/** The text of the reference, if it asks for what only a success leaves behind. */
function valueRead({ path, mayBeAbsent, offset, length }: Reference, expression: string): string | undefined {
  const isValue = path[2] === 'outputs' || path[2] === 'artifacts';
  return isValue && !mayBeAbsent ? expression.slice(offset, offset + length) : undefined;
}

function writtenEdge(from: number, need: Need): PlanEdge {
  return {
    from,
    ...(need.when === undefined ? {} : { when: need.when }),
    ...(need.case === undefined ? {} : { case: need.case }),
    ...(need.optional ? { optional: true as const } : {}),
  };
}
