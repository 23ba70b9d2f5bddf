/** The graph as a picture. Graphviz comes as WebAssembly, and is loaded only for this. */
import type { Plan } from '../../engine/core/plan.ts';
import { toDot } from './dot.ts';

export async function toSvg(plan: Plan): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  return graphviz.layout(toDot(plan), 'svg', 'dot').trimEnd();
}
