/** Keeps the graph in sight: all of it while nobody has moved it, and what is chosen when the room changes. */
import { useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { Places } from './use-places.ts';

const ALL = { padding: 0.1, maxZoom: 1.2 };

interface Props {
  /** Changes when the graph does. */
  readonly shape: string;
  readonly places: Places | undefined;
  readonly box: { readonly width: number; readonly height: number };
  readonly chosen: string | undefined;
  /** Whether somebody has moved it since all of it was shown. */
  readonly moved: { current: boolean };
}

export function Fit({ shape, places, box, chosen, moved }: Props) {
  const { fitView, getZoom, setCenter, screenToFlowPosition } = useReactFlow();
  const width = useStore((state) => state.width);
  const element = useStore((state) => state.domNode);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is the occasion.
  useEffect(() => {
    moved.current = false;
    const frame = requestAnimationFrame(() => void fitView(ALL));
    return () => cancelAnimationFrame(frame);
  }, [shape, fitView]);
  const before = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the room is the occasion.
  useEffect(() => {
    const isFirst = before.current === 0;
    before.current = width;
    // It is shown whole anyway, and to place a thousand boxes twice takes a second.
    if (isFirst) return;
    const frame = requestAnimationFrame(() => {
      if (!moved.current) return void fitView(ALL);
      const place = chosen === undefined ? undefined : places?.get(chosen);
      const seen = element?.getBoundingClientRect();
      if (place === undefined || seen === undefined) return;
      const from = screenToFlowPosition({ x: seen.left, y: seen.top });
      const to = screenToFlowPosition({ x: seen.right, y: seen.bottom });
      const isSeen =
        place.x >= from.x && place.y >= from.y && place.x + box.width <= to.x && place.y + box.height <= to.y;
      if (isSeen) return;
      void setCenter(place.x + box.width / 2, place.y + box.height / 2, { zoom: getZoom() });
    });
    return () => cancelAnimationFrame(frame);
  }, [width]);
  return null;
}
