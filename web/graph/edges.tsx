/**
 * What leads from task to task, behind the boxes: two lines in all, the critical path and the rest. Nothing is done with a single edge,
 * and a thousand elements of their own take longer to mount than all else on the page.
 */
import { ViewportPortal } from '@xyflow/react';
import { memo, useMemo } from 'react';
import type { GraphTask } from '../api/model.ts';
import type { Direction, Place } from './layout.ts';
import { BOX } from './task-box.tsx';
import type { Places } from './use-places.ts';

interface Props {
  /** Their needs are read, not their states. */
  readonly tasks: readonly Pick<GraphTask, 'id' | 'needs'>[];
  readonly places: Places;
  readonly direction: Direction;
  readonly critical: ReadonlySet<string>;
}

export const Edges = memo(function Edges({ tasks, places, direction, critical }: Props) {
  const [usual, decisive] = useMemo(() => {
    const lines: [usual: string[], decisive: string[]] = [[], []];
    for (const { id, needs } of tasks) {
      for (const need of needs) {
        const [from, to] = [places.get(need), places.get(id)];
        if (from === undefined || to === undefined) continue;
        lines[critical.has(need) && critical.has(id) ? 1 : 0].push(curve(from, to, direction));
      }
    }
    return lines.map((all) => all.join(''));
  }, [tasks, places, direction, critical]);
  return (
    <ViewportPortal>
      <svg
        width="1"
        height="1"
        className="pointer-events-none absolute -z-10 overflow-visible fill-none"
        aria-hidden="true"
      >
        <path d={usual} className="stroke-idle" strokeWidth="1.4" />
        <path d={decisive} className="stroke-critical" strokeWidth="2.6" />
      </svg>
    </ViewportPortal>
  );
});

/** Leaves and arrives along the direction of the graph. */
function curve(from: Place, to: Place, direction: Direction): string {
  const { width, height } = BOX;
  if (direction === 'right') {
    const [x, y, u, v] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
    const bend = Math.max(20, (u - x) / 2);
    return `M${x} ${y}C${x + bend} ${y} ${u - bend} ${v} ${u} ${v}`;
  }
  const [x, y, u, v] = [from.x + width / 2, from.y + height, to.x + width / 2, to.y];
  const bend = Math.max(20, (v - y) / 2);
  return `M${x} ${y}C${x} ${y + bend} ${u} ${v - bend} ${u} ${v}`;
}
