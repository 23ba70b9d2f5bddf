/** Much that is drawn little by little, so that the page answers meanwhile. */
import { useEffect, useState } from 'react';

/** As many boxes as are mounted well within a tenth of a second. */
const STEP = 80;

/**
 * The first of `all`, more with every frame.
 *
 * @param of begins anew when it changes
 */
export function useGrowing<T>(all: readonly T[], of: unknown): readonly T[] {
  const [shown, setShown] = useState({ of, count: STEP });
  const count = shown.of === of ? shown.count : STEP;
  useEffect(() => {
    if (count >= all.length) return;
    // After the frame that shows what there is.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setShown({ of, count: count + STEP }));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [count, all.length, of]);
  return count >= all.length ? all : all.slice(0, count);
}
