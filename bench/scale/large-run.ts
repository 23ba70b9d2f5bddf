/** One run of very many nodes: 1 → many → 1. */
import { fanOutPlan } from '../sluice-parts.ts';
import type { ScaleRow } from './report.ts';
import { openStand, timed } from './stand.ts';

export async function measureLargeRun(path: string, width: number): Promise<ScaleRow[]> {
  const stand = await openStand(path);
  try {
    const nodes = width + 2;
    const of = `one run of ${nodes.toLocaleString('en-US')} nodes`;
    await stand.worker.expect(nodes);
    const { ms, result: run } = await timed(async () => {
      const started = await stand.client.start(fanOutPlan(width));
      const { status } = await stand.client.wait(started.run);
      if (status !== 'succeeded') throw new Error(`the run ended as ${status}`);
      return started.run;
    });
    const { executed } = await stand.worker.report();
    if (executed !== nodes) throw new Error(`${executed} bodies ran for ${nodes} nodes`);
    const usage = await stand.usage(of);
    const show = await timed(() => stand.client.show(run));
    return [
      { measure: of, value: (nodes / ms) * 1_000, unit: 'nodes/s' },
      ...usage,
      { measure: `${of}: all of it, as \`show --json\` reads it`, value: show.ms, unit: 'ms' },
    ];
  } finally {
    await stand.close();
  }
}
