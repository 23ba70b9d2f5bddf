/** Chains: nodes that need only each other, and read what those before them left, so that they travel as one dispatch. */
import { parseFlightKey } from '../../../engine/core/flight.ts';
import type { Evidence, FeaturedRun } from '../evidence.ts';
import type { Draft } from './draft.ts';
import { anyNode, type Feature } from './feature.ts';

const QUEUE = 'default';

export const chain: Feature = {
  name: 'chain',
  share: 0.4,
  plant(draft) {
    const { dice } = draft;
    const from = dice.int(0, draft.tasks.length - 1);
    const edges = dice.chance(0.5) ? [] : [{ from }];
    draft.addWork({
      id: 'chain0',
      queue: QUEUE,
      edges,
      triggerRule: 'all_success',
      action: action(draft, []),
    });
    const first = draft.tasks.length - 1;
    for (let i = 1; i <= dice.int(2, 7); i++) addLink(draft, first, i);
  },
  /** Chains are quick: who pauses or cancels a run at any time seldom meets one. */
  async act({ run, client, random, sleep, insist }) {
    if (!random.chance(0.5)) return;
    await sleep(random.between(20, 700));
    if (random.chance(0.4)) return void (await insist(() => client.cancel(run, { graceMs: 500 })));
    await insist(() => client.request({ type: 'pause', run }, 1_500));
    await sleep(random.between(50, 600));
    await insist(() => client.request({ type: 'resume', run }, 1_500));
  },
  // Where `max_parallel` counts the nodes of a run nothing is joined: there the chain only has to be worked on.
  happened: (run, evidence) =>
    run.plan.maxParallel === undefined
      ? goneOnWith(run, evidence).length > 0
      : anyNode(run, 'node.queued', ({ id }) => id === 'chain1'),
  *check(run, { ledger, wentBack }) {
    const isRedone = run.events.some(({ type }) => type === 'node.reset' || type === 'node.marked');
    if (wentBack || isRedone) return;
    for (const work of ledger.entries) {
      if (work.run !== run.id || !work.task.startsWith('chain')) continue;
      for (const [task, token] of Object.entries(work.inputs)) {
        const node = run.plan.tasks.findIndex(({ id }) => id === task);
        const stored = run.outputs.get(node)?.o?.['token'];
        if (stored !== token)
          yield { what: `${work.task} was given ${token} of ${task}, which left ${stored}`, node };
      }
    }
  },
};

/** Each reads the one before it; some also the first, or another child hangs on the same node. */
function addLink(draft: Draft, first: number, i: number): void {
  const { dice } = draft;
  const before = first + i - 1;
  const reads = i > 1 && dice.chance(0.3) ? [`chain${i - 1}`, 'chain0'] : [`chain${i - 1}`];
  const edges = [
    { from: draft.tasks.findIndex(({ id }) => id === `chain${i - 1}`) },
    ...(reads.length > 1 ? [{ from: first, data: true as const }] : []),
  ];
  if (dice.chance(0.15)) draft.addWork({ edges: [{ from: before }], triggerRule: 'all_success' });
  draft.addWork({
    id: `chain${i}`,
    queue: QUEUE,
    edges,
    triggerRule: 'all_success',
    action: action(draft, reads),
    ...(dice.chance(0.2) ? { timeoutMs: dice.int(200, 2_000) } : {}),
  });
}

function action({ dice }: Draft, reads: readonly string[]) {
  const up = Object.fromEntries(reads.map((task) => [task, `\${{ tasks.${task}.outputs.token }}`]));
  const kill = dice.chance(0.05) ? { kill: true } : {};
  return {
    uses: 'sim',
    with: { fail: dice.pick([0, 0, 0, 0.2]), ...(reads.length > 0 ? { up } : {}), ...kill },
  };
}

/** Flights that a worker claimed in the step in which the node before succeeded. */
export function goneOnWith(run: FeaturedRun, { history }: Evidence): string[] {
  return history.flatMap((entry) =>
    entry.kind === 'claim' && entry.joined && parseFlightKey(entry.flight).run === run.id
      ? [entry.flight]
      : [],
  );
}
