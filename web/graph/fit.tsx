/** Keeps the graph in sight: all of it while nobody has moved it, and what is chosen when the room changes. */
import { getViewportForBounds, useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { Bounds } from './bounds.ts';
import { BOX } from './task-box.tsx';
import type { Places } from './use-places.ts';

const PADDING = 0.08;
export const MIN_ZOOM = 0.05;
const MAX_ZOOM = 1.2;

interface Props {
  /** Changes when the graph does. */
  readonly shape: string;
  readonly places: Places | undefined;
  readonly bounds: Bounds;
  readonly chosen: string | undefined;
  /** Whether somebody has moved it since all of it was shown. */
  readonly moved: { current: boolean };
}

export function Fit({ shape, places, bounds, chosen, moved }: Props) {
  const { setViewport, getZoom, setCenter, screenToFlowPosition } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const element = useStore((state) => state.domNode);
  /** By where boxes will be: perhaps not all are drawn yet. */
  const showAll = () =>
    void setViewport(getViewportForBounds(bounds, width, height, MIN_ZOOM, MAX_ZOOM, PADDING));
  const fitted = useRef('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape and the room are the occasion.
  useEffect(() => {
    if (width === 0 || height === 0 || places === undefined) return;
    if (fitted.current !== shape) {
      // At once: nobody should see it jump.
      fitted.current = shape;
      moved.current = false;
      return showAll();
    }
    const frame = requestAnimationFrame(() => {
      if (!moved.current) return showAll();
      const place = chosen === undefined ? undefined : places?.get(chosen);
      const seen = element?.getBoundingClientRect();
      if (place === undefined || seen === undefined) return;
      const from = screenToFlowPosition({ x: seen.left, y: seen.top });
      const to = screenToFlowPosition({ x: seen.right, y: seen.bottom });
      const isSeen =
        place.x >= from.x && place.y >= from.y && place.x + BOX.width <= to.x && place.y + BOX.height <= to.y;
      if (isSeen) return;
      void setCenter(place.x + BOX.width / 2, place.y + BOX.height / 2, { zoom: getZoom() });
    });
    return () => cancelAnimationFrame(frame);
  }, [shape, places, width, height]);
  return null;
}
