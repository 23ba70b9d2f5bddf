/** Places the boxes of a large graph beside the page. One message in, one out. */
import { type Box, type Direction, type Place, placeBoxes, type Spacing } from './layout.ts';

export interface Placing {
  readonly boxes: readonly Box[];
  readonly direction: Direction;
  readonly spacing: Spacing;
}

export interface Placed {
  readonly places: readonly (readonly [id: string, place: Place])[];
}

self.onmessage = ({ data: { boxes, direction, spacing } }: MessageEvent<Placing>) => {
  const placed: Placed = { places: [...placeBoxes(boxes, direction, spacing)] };
  self.postMessage(placed);
};
