/**
 * Removes plans, source bundles and workflows that nothing refers to: marks on one way through all keys, and sweeps on the next what
 * still nothing mentions and nobody has used since. So a reference that moved from one key to another while they were gone through
 * keeps what it names, and so does one that comes at the moment of the removal (orphans/idle-keys.ts, retire-workflow.lua).
 */
import type { Unused, UnusedRemover, UnusedStep } from '../ports/unused-remover.ts';
import type { Connections } from './connection.ts';
import { isIdle, type KeyOrphan, readMarks, removeIdleKeys, unmentioned } from './orphans/idle-keys.ts';
import { identityOf } from './orphans/orphan.ts';
import { type StoredWorkflow, type Survey, survey } from './orphans/survey.ts';
import { createScripts } from './scripts.ts';

/** What was used more recently is left alone: a start may be about to refer to it, ms. */
export const UNUSED_IDLE_MS = 3_600_000;
/** How long a workflow can be started by its name after nothing refers to it any more, ms. */
export const UNUSED_WORKFLOW_MS = 30 * 86_400_000;
/** Pieces of keys, and removals, in one step: some 10,000 keys. */
const PIECES = 40;

export interface UnusedRemoverOptions {
  readonly shards: number;
  /** Default `UNUSED_IDLE_MS`. */
  readonly idleMs?: number;
  /** Default `UNUSED_WORKFLOW_MS`. */
  readonly keepWorkflowsMs?: number;
  /** Default 40. */
  readonly piecesAtOnce?: number;
  /** Only finds out what would be removed. */
  readonly dryRun?: boolean;
}

/** Yields what was removed, or nothing, after each piece of work. */
type Way = AsyncGenerator<Unused | undefined, number>;

export function createRedisUnusedRemover(
  connections: Connections,
  options: UnusedRemoverOptions,
): UnusedRemover {
  const marked = new Set<string>();
  let way: Way | undefined;
  return {
    async step(): Promise<UnusedStep> {
      const current = way ?? goThrough(connections, options, marked);
      way = undefined;
      const removed: Unused[] = [];
      for (let piece = 0; piece < (options.piecesAtOnce ?? PIECES); piece++) {
        const next = await current.next();
        if (next.done) return { removed, done: true, pending: next.value };
        if (next.value !== undefined) removed.push(next.value);
      }
      way = current;
      return { removed, done: false, pending: 0 };
    },
  };
}

/** @param marked what the way before has found, and this one finds. */
async function* goThrough(connections: Connections, options: UnusedRemoverOptions, marked: Set<string>): Way {
  const { shards, idleMs = UNUSED_IDLE_MS, dryRun = false } = options;
  const marks = await readMarks(connections, shards);
  const seen = yield* quietly(survey(connections, { shards, of: 'shared' }));
  const before = new Set(marked);
  marked.clear();
  let pending = 0;
  for (const orphan of unmentioned(seen, marks)) {
    const identity = identityOf(orphan);
    const isFree = isShared(orphan) && (await isIdle(connections, orphan.keys, idleMs));
    if (isFree && !before.has(identity)) pending++;
    if (isFree) marked.add(identity);
    const isGone =
      isFree && before.has(identity) && (dryRun || (await removeIdleKeys(connections, orphan, idleMs)));
    yield isGone ? { kind: orphan.kind, name: orphan.name } : undefined;
  }
  for (const workflow of seen.workflows) yield await retire(connections, seen, workflow, options);
  return pending;
}

type Shared = KeyOrphan & { readonly kind: 'plan' | 'source' };

/** What else a run has left is told by `sluice doctor`: it should not be there. */
function isShared(orphan: KeyOrphan): orphan is Shared {
  return orphan.kind !== 'run';
}

async function* quietly(steps: AsyncGenerator<void, Survey>): AsyncGenerator<undefined, Survey> {
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
    yield undefined;
  }
}

async function retire(
  connections: Connections,
  { mentions }: Survey,
  { key, namespace, name }: StoredWorkflow,
  { keepWorkflowsMs = UNUSED_WORKFLOW_MS, dryRun = false }: UnusedRemoverOptions,
): Promise<Unused | undefined> {
  if (mentions.hasWorkflow(name)) {
    if (!dryRun) await connections.call('hdel', [key, 'unused_since']);
    return undefined;
  }
  const { retireWorkflow } = createScripts(connections);
  const isGone = (await retireWorkflow([key], [keepWorkflowsMs, dryRun ? 1 : 0])) === 1;
  return isGone ? { kind: 'workflow', name: `${namespace}/${name}` } : undefined;
}
