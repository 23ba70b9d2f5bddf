/**
 * The lives of a node: its generations as the history tells them. A reset begins a new one; that of a fan-out also for its
 * nodes. A fan-out some of whose nodes are reset is opened again, which is a life of the same generation.
 */
import type { EventView } from '../../../engine/runtime/client/run-view.ts';
import { taskName } from '../draft.ts';
import { AFTERWARDS, NODE_ENDS } from './invariant.ts';

export interface Life {
  readonly generation: number;
  /** `seq` of what began it; 0 for the first. */
  readonly from: number;
  readonly events: EventView[];
}

export type Lives = ReadonlyMap<string, readonly Life[]>;

export function livesOf(history: readonly EventView[]): Lives {
  const lives = new Map<string, Life[]>();
  const begin = (node: string, generation: number, from: number) => {
    const known = lives.get(node);
    const life = { generation, from, events: [] };
    if (known) known.push(life);
    else lives.set(node, [life]);
    return life;
  };
  const current = (node: string) =>
    lives.get(node)?.at(-1) ?? begin(node, lives.get(taskName(node))?.at(-1)?.generation ?? 1, 0);
  for (const event of history) {
    const { node, seq } = event;
    if (node === null || AFTERWARDS.has(event.type)) continue;
    if (event.type !== 'node.reset') {
      current(node).events.push(event);
      continue;
    }
    const before = current(node);
    const generation = Number(event['generation'] ?? before.generation + 1);
    begin(node, generation, seq);
    if (event['as'] === 'running') continue;
    for (const child of [...lives.keys()])
      if (child !== node && taskName(child) === node) begin(child, generation, seq);
  }
  return lives;
}

export function endOf(life: Life | undefined): EventView | undefined {
  return life?.events.find(({ type }) => NODE_ENDS.has(type));
}

/** `succeeded`, `failed`, …; undefined while it has not ended. */
export function endWord(life: Life | undefined): string | undefined {
  return endOf(life)?.type.slice('node.'.length);
}

export function lastLife(lives: Lives, node: string): Life | undefined {
  return lives.get(node)?.at(-1);
}

/** The life that was going on when an event of that number was written. */
export function lifeAt(lives: Lives, node: string, seq: number): Life | undefined {
  return lives.get(node)?.findLast(({ from }) => from <= seq);
}
