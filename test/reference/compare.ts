/** Plays a draft with the real engine, from its text, and with the reference interpreter. Answers where they differ. */
import { testWorkflow } from '../../testing/index.ts';
import { Random } from '../simulation/random.ts';
import type { Draft } from './draft.ts';
import { interpret, type NodeEnd } from './interpret.ts';
import { randomDraft } from './random-draft.ts';
import { INPUTS, stubsOf, workflowText } from './workflow-text.ts';

export function draftOf(seed: number): Draft {
  return randomDraft(new Random(seed));
}

/** Sentences; none when engine and reference agree. */
export async function differences(draft: Draft): Promise<string[]> {
  const expected = interpret(draft);
  const { cancelAtMs } = draft;
  const run = await testWorkflow({
    text: workflowText(draft),
    inputs: INPUTS,
    stubs: stubsOf(draft),
    // A run whose tasks have ended refuses it.
    ...(!expected.wasCancelled ? {} : { timeline: [{ at: `${cancelAtMs}ms`, cancel: true as const }] }),
  });
  const found = run.stuck === undefined ? [] : [`the run is stuck: ${run.stuck}`];
  const differ = (what: string, is: unknown, should: unknown) => {
    if (JSON.stringify(is) !== JSON.stringify(should))
      found.push(`${what} is ${JSON.stringify(is)}, the reference says ${JSON.stringify(should)}`);
  };
  differ('the run', run.status, expected.status);
  const nodes = new Map(run.nodes.map((node) => [node.id, node]));
  const compareNode = (id: string, should: NodeEnd) => {
    const node = nodes.get(id);
    // Items of a fan-out that was stopped may never have become nodes.
    if (!node && should.end === 'cancelled') return;
    differ(id, node?.status, should.end);
    if (should.value !== undefined) differ(`the value of ${id}`, node?.outputs['v'], should.value);
    if (should.end === 'succeeded' || should.end === 'failed')
      differ(
        `the number of attempts of ${id}`,
        node?.attempts.filter((one) => one.started_at).length,
        should.tries,
      );
  };
  for (const [id, should] of expected.tasks) compareNode(id, should);
  for (const [id, items] of expected.fans)
    for (const [item, should] of items.entries()) compareNode(`${id}[${item}]`, should);
  differ(
    'the outputs',
    draft.outputs.map((_read, i) => run.outputs[`o${i}`] ?? null),
    expected.outputs,
  );
  return found;
}
