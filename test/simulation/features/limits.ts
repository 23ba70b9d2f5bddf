/** Limits: concurrency of nodes and of runs, rates, and several limits at once, shared by several runs of one workflow. */
import { parseDocumentKey } from '../../../engine/core/actor.ts';
import { limitAddress, parseLimitAddress } from '../../../engine/core/limit/address.ts';
import { partOf, readEntry } from '../../../engine/core/limit/document.ts';
import type { PlanTask } from '../../../engine/core/plan.ts';
import { endOf } from '../checker/invariant.ts';
import { commitsOf, type DurableEvent, type Evidence, type FeaturedRun } from '../evidence.ts';
import type { Draft } from './draft.ts';
import { anyNode, type Feature, type FeatureUser } from './feature.ts';

/** Other runs of the same workflow, so that there is somebody to wait for. */
async function startOthers({ draft, client, random, sleep, insist, run }: FeatureUser): Promise<void> {
  const plan = draft.seal();
  const count = random.int(1, 2);
  for (let i = 0; i < count; i++) {
    await sleep(random.between(0, 800));
    const options = { inputs: draft.inputs, linked: draft.linked, idempotencyKey: `${run}-${i}` };
    await insist(() => client.start(plan, options));
  }
}

/** Puts the limit on some tasks of plain work. */
function putOn(draft: Draft, change: (task: { -readonly [K in keyof PlanTask]: PlanTask[K] }) => void): void {
  for (let i = draft.dice.int(1, 3); i > 0; i--) {
    const task = draft.pickWork();
    if (draft.dice.chance(0.3)) {
      task.fanOut = { kind: 'foreach', items: `\${{ range(0, ${draft.dice.int(2, 5)}) }}` };
      task.maxFailures = { percent: 100 };
    }
    change(task);
  }
}

export const concurrency: Feature = {
  name: 'concurrency',
  share: 0.2,
  plant(draft) {
    const limit = draft.dice.int(1, 3);
    putOn(draft, (task) => {
      task.concurrency = [...(task.concurrency ?? []), { key: 'shared', limit }];
    });
  },
  act: startOthers,
  happened: (run) => anyNode(run, 'node.blocked', ({ concurrency: all }) => keysOf(all).includes('shared')),
  check: (run, evidence) => (isFirst(run, evidence) ? exceeded(evidence, 'shared') : []),
};

/** Two limits of two tasks, written in opposite orders: a deadlock, were they not taken in the order of their keys. */
export const severalLimits: Feature = {
  name: 'several limits',
  share: 0.2,
  plant(draft) {
    const [one, two] = [
      { key: 'left', limit: 1 },
      { key: 'right', limit: draft.dice.int(1, 2) },
    ] as const;
    const first = draft.pickWork();
    first.concurrency = [...(first.concurrency ?? []), one, two];
    const second = draft.addWork({ edges: [], triggerRule: 'all_success' });
    second.concurrency = [...(second.concurrency ?? []), two, one];
  },
  act: startOthers,
  happened: (run) => anyNode(run, 'node.blocked', ({ concurrency: all }) => keysOf(all).includes('right')),
  check: (run, evidence) =>
    isFirst(run, evidence) ? [...exceeded(evidence, 'left'), ...exceeded(evidence, 'right')] : [],
};

export const rateLimit: Feature = {
  name: 'rate_limit',
  share: 0.2,
  plant(draft) {
    const { dice } = draft;
    const limit = dice.int(1, 4);
    const perMs = dice.int(200, 1_500);
    const cost = dice.int(1, limit);
    putOn(draft, (task) => {
      task.rateLimit = [{ key: 'rate', limit, perMs, cost }];
    });
  },
  act: startOthers,
  happened: (run) => anyNode(run, 'node.blocked', ({ rateLimit: all }) => keysOf(all).includes('rate')),
  check: (run, evidence) => (isFirst(run, evidence) ? overspent(run, evidence) : []),
};

export const runConcurrency: Feature = {
  name: 'concurrency of runs',
  share: 0.2,
  plant(draft) {
    draft.head.concurrency = {
      key: 'runs',
      limit: draft.dice.int(1, 2),
      onLimit: draft.dice.pick(['queue', 'queue', 'queue', 'cancel_running', 'reject']),
    };
  },
  act: startOthers,
  happened: (run) =>
    run.events.some(({ type, detail }) => type === 'run.blocked' && detail?.limit === 'runs'),
  check: (run, evidence) => (isFirst(run, evidence) ? exceededByRuns(evidence) : []),
};

export const fairness: Feature = {
  name: 'fairness',
  plant(draft) {
    draft.head.fairness = '${{ run.id }}';
  },
  happened: (run) => run.plan.fairness !== undefined && run.events.some(({ type }) => type === 'node.queued'),
};

function keysOf(limits: readonly { readonly key: unknown }[] | undefined): unknown[] {
  return (limits ?? []).map(({ key }) => key);
}

/** What concerns all runs together is looked at once. */
function isFirst(run: FeaturedRun, { featured }: Evidence): boolean {
  return featured[0]?.id === run.id;
}

/** Nodes that work at the same time under one key, by what is durable: more than the limit is a violation. */
function* exceeded({ featured }: Evidence, key: string): Iterable<string> {
  const working = new Set<string>();
  for (const { run, event } of inOrder(featured)) {
    if (event.node === undefined || event.type === 'node.late') continue;
    const task = run.plan.tasks[run.nodeName(event.node).task];
    const limit = task?.concurrency?.find((one) => one.key === key)?.limit;
    if (limit === undefined || (event.node === run.nodeName(event.node).task && task?.fanOut)) continue;
    const name = `${run.id}/${event.node}`;
    if (event.type === 'node.queued') working.add(name);
    else if (leavesLimits(event)) working.delete(name);
    if (working.size > limit)
      yield `${working.size} nodes hold "${key}" at once, ${limit} allowed (${name} at ${event.durableAt})`;
  }
}

function leavesLimits(event: DurableEvent): boolean {
  // Blocked: withdrawn, since its run was paused. Reset: a person took it out of the hands of its worker.
  const given = ['node.retrying', 'node.waiting', 'node.repeating', 'node.blocked', 'node.reset'];
  return given.includes(event.type) || endOf(event) !== undefined;
}

function* exceededByRuns({ featured }: Evidence): Iterable<string> {
  const working = new Set<string>();
  for (const { run, event } of inOrder(featured)) {
    const limit = run.plan.concurrency?.limit;
    if (limit === undefined) continue;
    if (event.type === 'run.started') working.add(run.id);
    if (event.type === 'run.succeeded' || event.type === 'run.failed' || event.type === 'run.cancelled')
      working.delete(run.id);
    if (working.size > limit)
      yield `${working.size} runs at once, ${limit} allowed (${run.id} at ${event.durableAt})`;
  }
}

/** Events of all runs in the order in which they became durable. */
function inOrder(runs: readonly FeaturedRun[]): { run: FeaturedRun; event: DurableEvent }[] {
  return runs
    .flatMap((run) => run.events.map((event) => ({ run, event })))
    .sort((a, b) => a.event.entry - b.event.entry || a.event.seq - b.event.seq);
}

/** Units that were given out in any window of the limit's length. */
function* overspent({ plan }: FeaturedRun, { history }: Evidence): Iterable<string> {
  const declared = plan.tasks.flatMap(({ rateLimit: all }) => all ?? [])[0];
  if (!declared) return;
  const address = limitAddress('rate', 'default', 'rate');
  const grants = new Map<string, { at: number; units: number }>();
  for (const { commit } of commitsOf(history)) {
    for (const [key, json] of commit.documents?.set ?? []) {
      const { actor, field } = parseDocumentKey(key);
      const part = partOf(field);
      const entry = actor === address && part?.part === 'holder' ? readEntry(JSON.parse(json)) : undefined;
      if (entry && part) grants.set(`${part.name} ${entry.since}`, { at: entry.since, units: entry.cost });
    }
  }
  const all = [...grants.values()].sort((a, b) => a.at - b.at);
  for (const { at } of all) {
    const units = all
      .filter((one) => one.at >= at && one.at < at + declared.perMs)
      .reduce((sum, one) => sum + one.units, 0);
    if (units > declared.limit)
      yield `${units} units in ${declared.perMs} ms from ${at} on, ${declared.limit} allowed by ${parseLimitAddress(address).key}`;
  }
}

/** Tasks that take several slots of a worker; now and then more than any has, which only their queue timeout ends. */
export const slots: Feature = {
  name: 'slots',
  plant(draft) {
    const task = draft.pickWork();
    task.slots = 2;
    if (!draft.dice.chance(0.3)) return;
    const large = draft.addWork();
    large.slots = 9;
    large.queueTimeoutMs = draft.dice.int(500, 2_000);
  },
  happened: (run) => anyNode(run, 'node.started', (task) => task.slots === 2),
};
