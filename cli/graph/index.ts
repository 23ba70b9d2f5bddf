/** Ways to draw a plan. A new one is a file beside this one and a line here. */
import type { Plan } from '../../engine/core/plan.ts';
import { toAscii } from './ascii.ts';
import { toDot } from './dot.ts';
import { toJson } from './json.ts';
import { toMermaid } from './mermaid.ts';
import { toSvg } from './svg.ts';

export const GRAPH_FORMATS = {
  mermaid: toMermaid,
  dot: toDot,
  svg: toSvg,
  ascii: toAscii,
  json: toJson,
} as const satisfies Record<string, (plan: Plan) => string | Promise<string>>;

export type GraphFormat = keyof typeof GRAPH_FORMATS;
