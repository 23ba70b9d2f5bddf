/** Reruns: new runs like a former one, which take over from it what need not run again. */
import { isRunEnded } from '../../../engine/core/node-state.ts';
import { type Plan, sealPlan } from '../../../engine/core/plan.ts';
import { prepareRerun, type RerunRequest } from '../../../engine/runtime/client/rerun.ts';
import { endOf, isRunEnd } from '../checker/invariant.ts';
import { commitsOf, type Evidence, type FeaturedRun } from '../evidence.ts';
import type { Draft } from './draft.ts';
import type { Feature, FeatureUser } from './feature.ts';

/** What a user asked for, by the id of the run that came of it. */
type Asked = Pick<RerunRequest, 'scope' | 'nodes'> & { readonly reaches?: string };

export const rerunning: Feature = {
  name: 'rerun',
  plant(draft) {
    const task = draft.pickWork();
    task.env = { ...task.env, ROUND: `\${{ inputs.round }}` };
    draft.inputs['round'] = 0;
    draft.notes.set('uses round', task.id);
  },
  async act(user) {
    let former = user.run;
    for (let round = 1; round <= 2 && (await untilEnded(user, former)); round++) {
      const started = await rerun(user, former, round);
      if (started === undefined) continue;
      if (user.random.chance(0.5)) former = started;
      if (user.random.chance(0.4) && (await untilEnded(user, started))) await retryOf(user, started);
    }
  },
  happened: (run, evidence) =>
    run.header.reuse !== undefined || evidence.featured.some(({ header }) => header.reuse?.run === run.id),
  *check(run, evidence) {
    const { reuse } = run.header;
    const former = evidence.featured.find(({ id }) => id === reuse?.run);
    if (!reuse || !former || evidence.wentBack) return;
    yield* rightTasks(run, reuse.tasks);
    const left = standingAt(former, evidence, reuse.attempt);
    for (const node of run.byNode.keys()) {
      const task = run.plan.tasks[run.nodeName(node).task];
      if (task && reuse.tasks.includes(task.id)) yield* takenOver(run, node, { former, left });
    }
  },
};

async function untilEnded({ insist, client, sleep }: FeatureUser, run: string): Promise<boolean> {
  for (let i = 0; i < 60; i++) {
    const header = await insist(() => client.header(run));
    if (header && isRunEnded(header.status)) return true;
    await sleep(1_000);
  }
  return false;
}

async function rerun(user: FeatureUser, former: string, round: number): Promise<string | undefined> {
  const { random, draft, client } = user;
  const scope = random.pick(['failed', 'failed', 'from', 'node', 'all'] as const);
  const nodes = scope === 'from' || scope === 'node' ? [random.pick(draft.tasks).id] : [];
  const changes = scope === 'node' ? [0, 0] : [random.next(), random.next()];
  const usesRound = String(draft.notes.get('uses round'));
  const inputs = (changes[0] ?? 0) > 0.7 ? { inputs: { ...draft.inputs, round } } : {};
  const isNewer = (changes[1] ?? 0) > 0.7;
  return user.insist(async () => {
    const { plan } = await client.load(former);
    const definition = isNewer
      ? { definition: { plan: newerOf(plan, usesRound, draft), linked: draft.linked } }
      : {};
    const request = { scope, nodes, ...inputs, ...definition, idempotencyKey: `rerun-${former}-${round}` };
    const prepared = await prepareRerun(client, former, request);
    const started = await prepared.start();
    const reaches = 'inputs' in inputs || isNewer ? { reaches: usesRound } : {};
    draft.notes.set(`rerun ${started}`, { scope, nodes, ...reaches } satisfies Asked);
    return started;
  });
}

/** A later definition: one task takes another setting. */
function newerOf({ hash: _hash, ...plan }: Plan, changed: string, draft: Draft): Plan {
  const tasks = plan.tasks.map((task) =>
    task.id === changed ? { ...task, env: { ...task.env, VERSION: `${draft.variants.length + 2}` } } : task,
  );
  const newer = sealPlan({ ...plan, tasks });
  draft.variants.push(newer);
  return newer;
}

async function retryOf({ insist, client, random, draft }: FeatureUser, run: string): Promise<void> {
  const scope = random.pick(['failed', 'from', 'all'] as const);
  const nodes = scope === 'from' ? { nodes: [random.pick(draft.tasks).id] } : {};
  await insist(() => client.request({ type: 'retry', run, scope, ...nodes }, 1_500));
}

/** Nothing is taken over that follows from what runs again, that a person named, or that a change reaches. */
function* rightTasks(run: FeaturedRun, reused: readonly string[]): Iterable<string> {
  const asked = run.draft.notes.get(`rerun ${run.id}`) as Asked | undefined;
  for (const { id, edges } of run.plan.tasks) {
    if (!reused.includes(id)) continue;
    if (asked?.nodes?.includes(id) || asked?.reaches === id) yield `${id} was taken over all the same`;
    for (const { from } of edges) {
      const above = run.plan.tasks[from]?.id ?? '';
      if (asked?.scope !== 'node' && !reused.includes(above))
        yield `${id} was taken over, and follows from ${above}, which was not`;
    }
  }
}

interface Left {
  readonly state: string;
  readonly output: string;
}

/** How the nodes of a run stood at the end of one of its lives, by name. */
function standingAt(run: FeaturedRun, evidence: Evidence, life: number): ReadonlyMap<string, Left> {
  const left = new Map<string, Left>();
  let ends = 0;
  for (const { commit, events } of commitsOf(evidence.history)) {
    const own = events.get(run.id) ?? [];
    for (const { type, node = -1, detail } of own) {
      const state = type === 'node.reused' ? detail?.as : endOf({ type });
      const name = nameOf(run, node);
      if (state !== undefined) left.set(name, { output: '', ...left.get(name), state });
    }
    for (const change of commit.runs) {
      if (change.run !== run.id) continue;
      for (const [node, output] of change.outputs) {
        const name = nameOf(run, node);
        left.set(name, { state: '', ...left.get(name), output });
      }
    }
    if (own.some((event) => isRunEnd(event)) && ++ends === life) break;
  }
  return left;
}

function nameOf(run: FeaturedRun, node: number): string {
  const { task, item } = run.nodeName(node);
  return `${run.plan.tasks[task]?.id}/${item}`;
}

interface FormerLife {
  readonly former: FeaturedRun;
  readonly left: ReadonlyMap<string, Left>;
}

const WORKED: readonly string[] = ['queued', 'blocked', 'started', 'waiting', 'retrying', 'child_started'];

/** Nodes of a fan-out that was reset are new ones. One that was reset before it had any keeps its generation. */
function isOfResetFanOut(run: FeaturedRun, node: number): boolean {
  const { generation = 1, task = node } = run.records[node] ?? {};
  if (generation > 1) return true;
  return task !== node && (run.byNode.get(task) ?? []).some(({ type }) => type === 'node.reset');
}

/** A node that is taken over is not worked on before it is reset, and has what the former run had. */
function* takenOver(
  run: FeaturedRun,
  node: number,
  { former, left }: FormerLife,
): Iterable<{ what: string; node: number }> {
  const events = run.byNode.get(node) ?? [];
  const reset = events.findIndex(({ type }) => type === 'node.reset');
  if (reset < 0 && isOfResetFanOut(run, node)) return;
  const first = reset < 0 ? events : events.slice(0, reset);
  if (events.slice(first.length).some(({ type }) => type === 'node.reused'))
    yield { what: 'taken over once more after a reset', node };
  const reused = first.find(({ type }) => type === 'node.reused');
  const isGone = (former.header.retries ?? 0) + 1 !== run.header.reuse?.attempt;
  const worked = first.find(({ type }) => WORKED.includes(type.slice('node.'.length)));
  if (worked && (reused || !isGone)) yield { what: `${worked.type} of what was taken over`, node };
  if (!reused) return;
  const before = left.get(nameOf(run, node));
  if (before?.state !== reused.detail?.as)
    yield { what: `taken over as ${reused.detail?.as}; it was ${before?.state}`, node };
  const { o, a } = run.outputs.get(node) ?? {};
  const given = before?.output ? (JSON.parse(before.output) as { o?: unknown; a?: unknown }) : {};
  if (reset < 0 && JSON.stringify([o, a]) !== JSON.stringify([given.o, given.a]))
    yield {
      what: `has ${JSON.stringify(o)}, and not the outputs of the former run ${JSON.stringify(given.o)}`,
      node,
    };
}
