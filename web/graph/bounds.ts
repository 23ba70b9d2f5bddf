/** What boxes take up together. */
import { BOX } from './task-box.tsx';
import type { Places } from './use-places.ts';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function boundsOf(places: Places): Bounds {
  let [left, top, right, bottom] = [0, 0, 0, 0];
  for (const { x, y } of places.values()) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + BOX.width);
    bottom = Math.max(bottom, y + BOX.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
