import { mayBeForgotten, type RunEvidence } from '../evidence.ts';
import { ofEachRun } from './invariant.ts';

/** I7: a success that somebody was told of stays, unless a user had it done again. */
export const stays = ofEachRun(
  'stays',
  'a success that its worker or a client was told of stays, with its output',
  function* (run, evidence) {
    if (run.view === undefined) return;
    const outputs = new Map(
      run.view.nodes.map(({ id, status, outputs: { token } }) => [id, { status, token }]),
    );
    for (const { who, node, token, at } of promises(run)) {
      const now = outputs.get(node);
      if (now?.status === 'succeeded' && now.token === token) continue;
      if (wasReset(run, node, at) || mayBeForgotten(evidence, at, at)) continue;
      yield `${who} was told that ${node} had succeeded with ${token}; now it is ${now?.status} with ${now?.token}`;
    }
  },
);

interface Promised {
  readonly who: string;
  readonly node: string;
  readonly token: string;
  readonly at: number;
}

function* promises({ seen, ledger, draft }: RunEvidence): Iterable<Promised> {
  for (const one of seen) yield { ...one, who: 'a client' };
  for (const { what, node, token, at, worker } of ledger) {
    if (what !== 'taken') continue;
    // A shell task is known by its place only.
    const name = node.startsWith('#') ? (draft.tasks[Number(node.slice(1))]?.id ?? node) : node;
    yield { who: `worker ${worker}`, node: name, token, at };
  }
}

/** A reset after it, or one that was decided in the moment in which it was told. */
function wasReset({ history }: RunEvidence, node: string, at: number): boolean {
  return history.some(
    (event) =>
      event.type === 'node.reset' &&
      (event.node === node || (event.node !== null && node.startsWith(`${event.node}[`))) &&
      Date.parse(event.at) >= at - 1_000,
  );
}
