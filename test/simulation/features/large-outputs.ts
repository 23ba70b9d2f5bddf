/** Outputs that are too large for a run's state: read by a task, by a foreach, by an engine's action, and by the run itself. */
import type { Json } from '../../../engine/core/json.ts';
import { isRunEnded } from '../../../engine/core/node-state.ts';
import type { RunView } from '../../../engine/runtime/client/run-view.ts';
import { isLargeText } from '../work.ts';
import { plainTask } from './draft.ts';
import type { Feature } from './feature.ts';

const SHOWN = 'large_outputs.shown';

export const largeOutputs: Feature = {
  name: 'large outputs',
  plant(draft) {
    const { dice } = draft;
    const writer = draft.pickWork();
    writer.action = { uses: 'sim', with: { fail: dice.pick([0, 0, 0.3]), large: true } };
    const at = draft.tasks.indexOf(writer);
    const of = `tasks.${writer.id}.outputs`;
    const reader = { edges: [{ from: at }], triggerRule: 'all_success' as const };
    draft.addWork({ ...reader, action: { uses: 'sim', with: { up: { large: `\${{ ${of}.large }}` } } } });
    if (dice.chance(0.5))
      draft.addWork({
        ...plainTask(`each${at}`),
        ...reader,
        fanOut: { kind: 'foreach', items: `\${{ ${of}.list }}` },
        maxFailures: { percent: 100 },
        action: { uses: 'sim', with: { up: { large: '${{ item }}' }, large: dice.chance(0.5) } },
      });
    if (dice.chance(0.5))
      draft.addWork({
        ...reader,
        if: `startsWith(${of}.large, 'large')`,
        action: { uses: 'transform', with: { value: { copy: `\${{ ${of}.large }}`, n: 1 } } },
      });
    draft.head.outputs = { ...draft.head.outputs, large: `\${{ default(${of}.large, null) }}` };
  },
  async act({ run, draft, client, sleep, insist, hasEnded }) {
    for (let i = 0; i < 60 && !(await hasEnded()); i++) await sleep(500);
    const view = await insist(() => client.show(run));
    if (view) draft.notes.set(SHOWN, view);
  },
  happened: (run) => [...run.outputs.values()].some(({ l }) => l !== undefined),
  *check(run, { ledger, featured }) {
    const formers = new Map(featured.map(({ id, header }) => [id, header.reuse?.run]));
    // What was taken over was written by a former run.
    const writers = new Set<string | undefined>();
    for (let id: string | undefined = run.id; id !== undefined; id = formers.get(id)) writers.add(id);
    const written = new Set(ledger.entries.filter((work) => writers.has(work.run)).map(({ token }) => token));
    const isWhole = (value: Json | undefined) => isLargeText(value, written);
    for (const { task, inputs } of ledger.entries.filter((work) => work.run === run.id)) {
      const given = inputs['large'];
      if (given !== undefined && !isWhole(given)) yield `${task} was given ${short(given)}`;
    }
    const view = run.draft.notes.get(SHOWN) as RunView | undefined;
    // Runs of one workflow share its draft.
    if (view?.id !== run.id || !isRunEnded(view.status)) return;
    const shown = view.outputs['large'] ?? null;
    if (shown !== null && !isWhole(shown)) yield `the run shows the output ${short(shown)}`;
    for (const { id, outputs } of view.nodes) {
      for (const name of ['large', 'copy'])
        if (outputs[name] !== undefined && !isWhole(outputs[name]))
          yield `${id} shows the output ${name} as ${short(outputs[name] ?? null)}`;
    }
  },
};

function short(value: Json): string {
  return JSON.stringify(value).slice(0, 80);
}
