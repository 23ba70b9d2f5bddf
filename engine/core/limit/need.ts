/**
 * What a node or a run needs of limits, resolved from the plan's keys. The same state gives the same keys at any time, so
 * that what was taken is found again, after a take-over too: `now()` in a key is the time at which the run was made.
 */
import { EvaluationError, resolveTemplate, type Scope } from '../expression/index.ts';
import type { Json } from '../json.ts';
import type { NodeRecord } from '../node-record.ts';
import type { PlanConcurrency, PlanRateLimit, PlanTask } from '../plan.ts';
import { nodeScope, type Prepared, preparing } from '../prepare.ts';
import { isActive, type RunState } from '../run-state.ts';
import { runScope } from '../scope.ts';
import { limitAddress } from './address.ts';
import type { LimitNeed } from './wait.ts';

export function hasLimits(task: Pick<PlanTask, 'concurrency' | 'rateLimit'>): boolean {
  return task.concurrency !== undefined || task.rateLimit !== undefined;
}

/** Concurrency in the order of keys, so that no two nodes wait for each other; then rates, which nobody keeps. */
export function needsOf(run: RunState, record: NodeRecord, task: PlanTask): Prepared<readonly LimitNeed[]> {
  return preparing(() => {
    const scope = nodeScope(run, { ...record, queuedAt: run.header.createdAt }, task);
    const { namespace } = run.header;
    const freely = new Set(heldByRun(run));
    const concurrency = (task.concurrency ?? [])
      .map((one) => concurrencyNeed(one, namespace, scope))
      .filter(({ address }) => !freely.has(address));
    const rates = (task.rateLimit ?? []).map((one) => rateNeed(one, namespace, scope));
    return [...once(concurrency), ...once(rates)];
  });
}

/** The run's own limit; undefined when it has none, or enters it freely since an ancestor holds it. */
export function runNeedOf(run: RunState): Prepared<LimitNeed | undefined> {
  const { concurrency } = run.plan;
  if (!concurrency) return { value: undefined };
  return preparing(() => {
    const need = concurrencyNeed(concurrency, run.header.namespace, runScope(run, run.header.createdAt));
    return run.header.parent?.holds?.includes(need.address) ? undefined : need;
  });
}

/** Addresses of the limits that all nodes of the run may enter freely: those that the run and its ancestors hold. */
export function heldByRun(run: RunState): readonly string[] {
  const own = runNeedOf(run);
  const above = run.header.parent?.holds ?? [];
  return 'value' in own && own.value ? [...above, own.value.address] : above;
}

/** Addresses of all limits that the run and its nodes hold or ask for now. */
export function limitsOf(run: RunState): ReadonlySet<string> {
  const found = new Set<string>();
  const own = runNeedOf(run);
  if ('value' in own && own.value) found.add(own.value.address);
  for (const record of run.nodes) {
    const task = run.plan.tasks[record.task];
    if (!task || !hasLimits(task) || !(isActive(record) || record.state === 'blocked')) continue;
    const needs = needsOf(run, record, task);
    if ('value' in needs) for (const { address } of needs.value) found.add(address);
  }
  return found;
}

/** What a child of the node enters freely (`ParentNode.holds`): all that the node, its run and their ancestors hold. */
export function heldByNode(run: RunState, record: NodeRecord, task: PlanTask): readonly string[] {
  const needs = hasLimits(task) ? needsOf(run, record, task) : { value: [] };
  const own = 'value' in needs ? needs.value.filter(({ perMs }) => perMs === undefined) : [];
  return [...heldByRun(run), ...own.map(({ address }) => address)];
}

/** Whoever shares fairly with others; `''` without a key, or where it cannot be resolved. */
export function fairnessOf(run: RunState): string {
  const { fairness } = run.plan;
  if (fairness === undefined) return '';
  const known = fairnessOfRuns.get(run) ?? resolveFairness(run, fairness);
  fairnessOfRuns.set(run, known);
  return known;
}

/** Characters of a fairness key. */
const MAX_FAIRNESS = 200;

const fairnessOfRuns = new WeakMap<RunState, string>();

function resolveFairness(run: RunState, fairness: Json): string {
  const found = preparing(() => asKey(resolveTemplate(fairness, runScope(run, run.header.createdAt))));
  // It stands in every document of a limit; those that differ only behind this share.
  return 'value' in found ? found.value.slice(0, MAX_FAIRNESS) : '';
}

function concurrencyNeed({ key, limit }: PlanConcurrency, namespace: string, scope: Scope): LimitNeed {
  const resolved = limitKey(resolveTemplate(key, scope), 'concurrency');
  return { address: limitAddress('concurrency', namespace, resolved), key: resolved, limit, cost: 1 };
}

function rateNeed({ key, limit, perMs, cost }: PlanRateLimit, namespace: string, scope: Scope): LimitNeed {
  const resolved = limitKey(resolveTemplate(key, scope), 'rate_limit');
  const units = Number(resolveTemplate(cost, scope));
  if (!Number.isInteger(units) || units < 1)
    throw new EvaluationError(
      'expression_error',
      `rate_limit: cost must be a whole number, 1 or more, and is ${JSON.stringify(resolveTemplate(cost, scope))}`,
    );
  return { address: limitAddress('rate', namespace, resolved), key: resolved, limit, perMs, cost: units };
}

/** Characters of a resolved key: it stands in the address, and so in all that is said to the limit. */
const MAX_KEY = 1_000;

function limitKey(value: Json, where: string): string {
  const key = asKey(value);
  const problem = keyProblem(key);
  if (problem === undefined) return key;
  throw new EvaluationError('expression_error', `${where}: ${problem}`);
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'the key is empty; give it a text, such as deploy-prod';
  if (key.length > MAX_KEY)
    return `the key has ${key.length} characters, and may have ${MAX_KEY}; name what it stands for instead, such as an id`;
  if (/\p{Surrogate}/u.test(key)) return 'the key is not valid Unicode text: it holds half a character';
  return undefined;
}

function asKey(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Sorted by address; of a key that is named twice the first counts. */
function once(needs: readonly LimitNeed[]): LimitNeed[] {
  const sorted = [...needs].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return sorted.filter(({ address }, i) => sorted[i - 1]?.address !== address);
}
