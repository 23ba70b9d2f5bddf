/** Places of boxes: at once where they are few, by a worker where they are many, so that the page goes on meanwhile. */
import { useEffect, useMemo, useState } from 'react';
import { type Box, type Direction, type Place, placeBoxes, type Spacing } from './layout.ts';
import type { Placed, Placing } from './layout-worker.ts';

/** More than these take longer to place than a frame lasts. */
const MANY = 300;

export interface Placement {
  /** Changes when boxes or their needs do. */
  readonly shape: string;
  readonly direction: Direction;
  readonly spacing: Spacing;
}

export type Places = ReadonlyMap<string, Place>;

/** Undefined until there are any; those of the former shape until there are those of the new one. */
export function usePlaces(
  boxes: readonly Box[],
  { shape, direction, spacing }: Placement,
): Places | undefined {
  const isLarge = boxes.length > MANY;
  // biome-ignore lint/correctness/useExhaustiveDependencies: places change with the shape alone, not with every state.
  const small = useMemo(
    () => (isLarge ? undefined : placeBoxes(boxes, direction, spacing)),
    [isLarge, shape, direction, spacing],
  );
  const [large, setLarge] = useState<Places>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same.
  useEffect(() => {
    if (!isLarge) return;
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Placed>) => {
      setLarge(new Map(data.places));
      worker.terminate();
    };
    // Where no worker may run, the page waits for itself.
    worker.onerror = () => setLarge(placeBoxes(boxes, direction, spacing));
    const plain = boxes.map(({ id, needs }) => ({ id, needs }));
    worker.postMessage({ boxes: plain, direction, spacing } satisfies Placing);
    return () => worker.terminate();
  }, [isLarge, shape, direction, spacing]);
  return small ?? large;
}
