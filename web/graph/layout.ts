/**
 * Places boxes in layers. A task stands one layer behind its last need; within a layer tasks are ordered by where their
 * neighbours stand (the barycentre method of Sugiyama, Tagawa and Toda, 1981), a few sweeps in both directions. Linear in the
 * edges for each sweep, so that thousands of tasks take milliseconds.
 */

export interface Box {
  readonly id: string;
  readonly needs: readonly string[];
}

export interface Spacing {
  readonly width: number;
  readonly height: number;
  readonly gapAlong: number;
  readonly gapAcross: number;
}

export type Direction = 'right' | 'down';

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly layer: number;
}

const SWEEPS = 6;
/** So much larger is worth reading from the top. */
const MUCH = 1.2;
/** Beyond that edges run behind boxes: the graph is too dense for anybody to follow them. */
const MOST_PASSAGES = 1_000;

/** Left upper corners, by id. Needs that are no boxes are passed over. */
export function placeBoxes(
  boxes: readonly Box[],
  direction: Direction,
  spacing: Spacing,
): ReadonlyMap<string, Place> {
  const passages = withPassages(boxes, layersOf(boxes));
  const layers = order(passages.boxes, passages.layerOf);
  const shown = new Set(boxes.map(({ id }) => id));
  const { width, height, gapAlong, gapAcross } = spacing;
  const [along, across] = direction === 'right' ? [width, height] : [height, width];
  const widest = Math.max(1, ...layers.map(({ length }) => length));
  const places = new Map<string, Place>();
  for (const [layer, ids] of layers.entries()) {
    const start = ((widest - ids.length) * (across + gapAcross)) / 2;
    for (const [row, id] of ids.entries()) {
      if (!shown.has(id)) continue;
      const a = layer * (along + gapAlong);
      const b = start + row * (across + gapAcross);
      places.set(id, direction === 'right' ? { x: a, y: b, layer } : { x: b, y: a, layer });
    }
  }
  return places;
}

/** To the right as one reads, unless what goes down is seen much larger in this room. */
export function directionFor(
  boxes: readonly Box[],
  spacing: { readonly [to in Direction]: Spacing },
  room: { readonly width: number; readonly height: number },
): Direction {
  const sizes = new Map<number, number>();
  for (const layer of layersOf(boxes).values()) sizes.set(layer, (sizes.get(layer) ?? 0) + 1);
  const widest = Math.max(1, ...sizes.values());
  const zoom = (across: number, along: number) => Math.min(1, room.width / across, room.height / along);
  const { right, down } = spacing;
  const seenRight = zoom(
    sizes.size * (right.width + right.gapAlong),
    widest * (right.height + right.gapAcross),
  );
  const seenDown = zoom(widest * (down.width + down.gapAcross), sizes.size * (down.height + down.gapAlong));
  return seenDown > seenRight * MUCH ? 'down' : 'right';
}

/** Longest way from a task without needs. */
function layersOf(boxes: readonly Box[]): ReadonlyMap<string, number> {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const open = new Map<string, number>();
  const behind = new Map<string, string[]>();
  for (const { id, needs } of boxes) {
    const known = needs.filter((need) => byId.has(need));
    open.set(id, known.length);
    for (const need of known) append(behind, need, id);
  }
  const layer = new Map<string, number>();
  const ready = boxes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  for (const id of ready) layer.set(id, 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const next of behind.get(id) ?? []) {
      layer.set(next, Math.max(layer.get(next) ?? 0, (layer.get(id) ?? 0) + 1));
      const left = (open.get(next) ?? 1) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return layer;
}

/** An edge over several layers keeps a place free in each that it passes, so that it runs between boxes and not behind them. */
function withPassages(boxes: readonly Box[], layerOf: ReadonlyMap<string, number>) {
  const layers = new Map(layerOf);
  const added: Box[] = [];
  const through = (need: string, id: string): string => {
    let last = need;
    for (let layer = (layerOf.get(need) ?? 0) + 1; layer < (layerOf.get(id) ?? 0); layer++) {
      if (added.length >= MOST_PASSAGES) return need;
      const passage = `${need}\n${id}\n${layer}`;
      layers.set(passage, layer);
      added.push({ id: passage, needs: [last] });
      last = passage;
    }
    return last;
  };
  const own = boxes.map(({ id, needs }) => ({
    id,
    needs: needs.map((need) => (layerOf.has(need) ? through(need, id) : need)),
  }));
  return { boxes: [...own, ...added], layerOf: layers };
}

function order(boxes: readonly Box[], layerOf: ReadonlyMap<string, number>): readonly string[][] {
  const layers: string[][] = [];
  for (const { id } of boxes) {
    const layer = layerOf.get(id) ?? 0;
    const ids = layers[layer] ?? [];
    layers[layer] = ids;
    ids.push(id);
  }
  const filled = Array.from(layers, (ids) => ids ?? []);
  const needs = new Map(boxes.map(({ id, needs }) => [id, needs]));
  const dependents = new Map<string, string[]>();
  for (const { id, needs } of boxes) for (const need of needs) append(dependents, need, id);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForth = sweep % 2 === 0;
    const neighbours = isForth ? needs : dependents;
    const position = new Map<string, number>();
    for (const ids of filled)
      for (const [i, id] of ids.entries()) position.set(id, i / Math.max(1, ids.length - 1));
    for (const ids of isForth ? filled : filled.toReversed()) {
      const centre = new Map(
        ids.map((id) => [id, mean(neighbours.get(id) ?? [], position) ?? position.get(id) ?? 0]),
      );
      ids.sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0));
      for (const [i, id] of ids.entries()) position.set(id, i / Math.max(1, ids.length - 1));
    }
  }
  return filled;
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function mean(ids: readonly string[], position: ReadonlyMap<string, number>): number | undefined {
  const known = ids.flatMap((id) => position.get(id) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, at) => sum + at, 0) / known.length;
}
