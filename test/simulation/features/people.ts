/** What people tell a run: approvals and signals. */
import { SluiceError } from '../../../engine/core/errors.ts';
import { anyNode, eventsOf, type Feature, type FeatureUser } from './feature.ts';

const POLL_MS = 250;

/** A request that is repeated under its id until it is answered, or refused. */
async function ask(
  user: FeatureUser,
  message: Parameters<FeatureUser['client']['request']>[0],
): Promise<'taken' | 'refused'> {
  const answer = await user.insist(async () => {
    try {
      await user.client.request(message, 1_500);
      return 'taken' as const;
    } catch (thrown) {
      if (thrown instanceof SluiceError && thrown.code === 'not_possible') return 'refused' as const;
      throw thrown;
    }
  });
  return answer ?? 'refused';
}

export const approval: Feature = {
  name: 'approval',
  plant(draft) {
    const { dice } = draft;
    const options = {
      form: { n: 'integer' },
      deadline: `${dice.int(500, 6_000)}ms`,
      on_deadline: dice.pick(['reject', 'approve', 'fail']),
      on_reject: dice.pick(['fail', 'continue']),
    };
    const task = draft.addWork({ action: { uses: 'approval', with: options } });
    draft.notes.set('approval', task.id);
    draft.addWork({ edges: [{ from: draft.tasks.indexOf(task) }], triggerRule: 'all_success' });
  },
  async act(user) {
    const { run, draft, random, client } = user;
    const node = String(draft.notes.get('approval'));
    for (let round = 0; ; round++) {
      await user.sleep(POLL_MS);
      const view = await user.insist(() => client.show(run));
      if (!view || view.finished_at !== null) return;
      if (!view.nodes.some(({ id, waiting }) => id === node && waiting?.for === 'approval')) continue;
      if (random.chance(0.2)) return;
      const decision = random.chance(0.7) ? 'approved' : 'rejected';
      const form = { n: round };
      // Two people at the same time: one of them is told that it was decided already.
      const answers = await Promise.all(
        ['a', 'b'].map((by) =>
          ask(user, { type: 'approval', run, node, decision, form, by, request: `${run}-${by}-${round}` }),
        ),
      );
      draft.notes.set('approvals taken', answers.filter((answer) => answer === 'taken').length);
      return;
    }
  },
  happened: (run) => anyNode(run, 'node.approved') || anyNode(run, 'node.rejected'),
  *check(run, { wentBack }) {
    const taken = run.draft.notes.get('approvals taken');
    if (typeof taken === 'number' && taken > 1 && !wentBack)
      yield `${taken} people were told that they decided`;
    for (const [node, events] of run.byNode) {
      const decided = events.filter(({ type }) => type === 'node.approved' || type === 'node.rejected');
      const generations = 1 + events.filter(({ type }) => type === 'node.reset').length;
      if (decided.length > generations) yield { what: `decided ${decided.length} times`, node };
    }
  },
};

const SIGNALS = 3;

export const signal: Feature = {
  name: 'signal',
  plant(draft) {
    const { dice } = draft;
    for (let i = 0; i < 2; i++)
      draft.addWork({
        action: { uses: 'wait', with: { signal: 'go', for: `${dice.int(500, 6_000)}ms` } },
        ...(dice.chance(0.3) ? { fanOut: { kind: 'foreach', items: [1, 2] } } : {}),
      });
  },
  async act(user) {
    const { run, draft, random } = user;
    const taken: number[] = [];
    for (let n = 0; n < SIGNALS; n++) {
      await user.sleep(random.between(0, 2_000));
      const answer = await ask(user, {
        type: 'signal',
        run,
        name: 'go',
        payload: { n },
        request: `${run}-s${n}`,
      });
      if (answer === 'taken') taken.push(n);
    }
    // A user that died half way knows nothing of the answers.
    draft.notes.set('signals', taken);
  },
  happened: (run) => anyNode(run, 'node.signalled'),
  /** Taken in the order in which they were sent, each once. */
  *check(run, { wentBack }) {
    // Nodes that are reset take signals again, in another order.
    if (wentBack || eventsOf(run, 'node.reset').length > 0) return;
    const got = eventsOf(run, 'node.signalled').map(({ node = -1 }) => run.outputs.get(node)?.o?.['n']);
    const sent = run.draft.notes.get('signals') as readonly number[] | undefined;
    for (const [i, n] of got.entries()) {
      if (typeof n !== 'number') yield `a node took a signal without a payload`;
      else if (i > 0 && n <= Number(got[i - 1])) yield `signals were taken as ${got.join(', ')}`;
      else if (sent && !sent.includes(n)) yield `signal ${n} was refused, and taken all the same`;
    }
  },
};
