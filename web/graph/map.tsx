/**
 * All of a large graph in a corner, with what is in view; pressing there leads there. While all of the graph is in view it would only
 * cover it, and is not there. Whoever hides it finds it hidden next time.
 */
import { useReactFlow, useStore } from '@xyflow/react';
import { type PointerEvent, useMemo } from 'react';
import type { GraphTask } from '../api/model.ts';
import { Button } from '../ui/parts.tsx';
import { prefer, usePreferences } from '../ui/preferences.ts';
import { TONE_FILL, type Tone, toneOf } from '../ui/status.tsx';
import type { Bounds } from './bounds.ts';
import { BOX } from './task-box.tsx';
import type { Places } from './use-places.ts';

const WIDTH = 200;
const HEIGHT = 140;

interface Props {
  readonly tasks: readonly GraphTask[];
  readonly places: Places;
  readonly bounds: Bounds;
  /** Somebody has moved the view. */
  readonly onMove: () => void;
}

export function GraphMap({ tasks, places, bounds, onMove }: Props) {
  const { map } = usePreferences();
  const isWhole = useStore(({ transform: [x, y, zoom], width, height }) => {
    const [left, top] = [bounds.x * zoom + x, bounds.y * zoom + y];
    return (
      left >= -1 &&
      top >= -1 &&
      left + bounds.width * zoom <= width + 1 &&
      top + bounds.height * zoom <= height + 1
    );
  });
  if (isWhole) return null;
  return (
    <div className="absolute right-2 bottom-2 z-10 flex flex-col items-end gap-1">
      <Button aria-label={map ? 'Hide the map' : 'Show the map'} onClick={() => prefer({ map: !map })}>
        {map ? '✕' : 'Map'}
      </Button>
      {map ? <Picture tasks={tasks} places={places} bounds={bounds} onMove={onMove} /> : null}
    </div>
  );
}

function Picture({ tasks, places, bounds, onMove }: Props) {
  const { setCenter, getZoom } = useReactFlow();
  const [x, y, zoom] = useStore(({ transform }) => transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const boxes = useMemo(() => [...boxesByTone(tasks, places)], [tasks, places]);
  const go = (event: PointerEvent<SVGSVGElement>) => {
    const matrix = event.currentTarget.getScreenCTM();
    if (event.buttons !== 1 || matrix === null) return;
    const to = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    event.currentTarget.setPointerCapture(event.pointerId);
    onMove();
    void setCenter(to.x, to.y, { zoom: getZoom() });
  };
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      viewBox={`${bounds.x} ${bounds.y} ${bounds.width} ${bounds.height}`}
      className="cursor-pointer touch-none rounded border border-line bg-card p-1"
      role="img"
      aria-label="Map of the graph"
      onPointerDown={go}
      onPointerMove={go}
    >
      {boxes.map(([tone, path]) => (
        <path key={tone} d={path} className={TONE_FILL[tone]} />
      ))}
      <rect
        x={-x / zoom}
        y={-y / zoom}
        width={width / zoom}
        height={height / zoom}
        className="fill-text/10 stroke-text"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

function boxesByTone(tasks: readonly GraphTask[], places: Places): ReadonlyMap<Tone, string> {
  const paths = new Map<Tone, string>();
  for (const { id, status } of tasks) {
    const place = places.get(id);
    if (place === undefined) continue;
    const box = `M${place.x} ${place.y}h${BOX.width}v${BOX.height}h${-BOX.width}z`;
    paths.set(toneOf(status), (paths.get(toneOf(status)) ?? '') + box);
  }
  return paths;
}
