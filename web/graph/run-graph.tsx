/** The graph of a run, live: one box a task, coloured by state, the critical path marked. Only what is in view is drawn. */
import { Controls, type Edge, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import type { GraphTask } from '../api/model.ts';
import { Button } from '../ui/parts.tsx';
import { boundsOf } from './bounds.ts';
import { criticalPath } from './critical-path.ts';
import { Edges } from './edges.tsx';
import { Fit, MIN_ZOOM } from './fit.tsx';
import { type Direction, directionFor, type Spacing } from './layout.ts';
import { GraphMap } from './map.tsx';
import { placedBoxes } from './parts.ts';
import { BOX, SIZED, type TaskBox, TaskBoxView } from './task-box.tsx';
import { useGrowing } from './use-growing.ts';
import { usePlaces } from './use-places.ts';

const NODE_TYPES = { task: TaskBoxView };
/** They are drawn by `Edges`. */
const NO_EDGES: Edge[] = [];
/** Downwards edges need less room: nothing is written beside them. */
const SPACING: { readonly [to in Direction]: Spacing } = {
  right: { ...BOX, gapAlong: 56, gapAcross: 18 },
  down: { ...BOX, gapAlong: 38, gapAcross: 18 },
};
/** More than this is found on a small map. */
const MAP_FROM = 30;

interface Props {
  readonly tasks: readonly GraphTask[];
  readonly chosen: string | undefined;
  readonly onChoose: (task: string) => void;
}

export function RunGraphView(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ tasks, chosen, onChoose }: Props) {
  const shape = useMemo(() => tasks.map(({ id, needs }) => `${id}<${needs.join()}`).join(';'), [tasks]);
  const [turned, setTurned] = useState<Direction>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: they change with the shape alone, not with every state.
  const boxes = useMemo(() => placedBoxes(tasks), [shape]);
  const fitting = useMemo(() => directionFor(boxes, SPACING, roomOf(window)), [boxes]);
  const direction = turned ?? fitting;
  const moved = useRef(false);
  const noteMove = useCallback(() => {
    moved.current = true;
  }, []);
  const places = usePlaces(boxes, { shape, direction, spacing: SPACING[direction] });
  const critical = useMemo(() => new Set(criticalPath(tasks)), [tasks]);
  const boxOf = useSame<TaskBox>((a, b) => a.position === b.position && areAlike(a.data, b.data));
  const nodes = useMemo(
    () =>
      tasks.flatMap((task): TaskBox[] => {
        const position = places?.get(task.id);
        if (position === undefined) return [];
        const data = { task, isCritical: critical.has(task.id), isChosen: task.id === chosen };
        return [boxOf({ id: task.id, type: 'task', position, data, ...SIZED })];
      }),
    [tasks, places, critical, chosen, boxOf],
  );
  const drawn = useGrowing(nodes, places);
  const bounds = useMemo(() => boundsOf(places ?? new Map()), [places]);
  const chooseBox = useCallback((_: unknown, { id }: { readonly id: string }) => onChoose(id), [onChoose]);
  const chooseByKey = ({ key, target }: KeyboardEvent) => {
    const box =
      target instanceof HTMLElement && target.classList.contains('react-flow__node') ? target : undefined;
    if (box?.dataset['id'] !== undefined && (key === 'Enter' || key === ' ')) onChoose(box.dataset['id']);
  };
  if (places === undefined) return <p className="p-6 text-soft">Placing {tasks.length} tasks…</p>;
  return (
    <div className="relative h-full min-h-64 w-full" onKeyDownCapture={chooseByKey}>
      <ReactFlow
        nodes={drawn as TaskBox[]}
        edges={NO_EDGES}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onlyRenderVisibleElements
        minZoom={MIN_ZOOM}
        onNodeClick={chooseBox}
        onMove={(event) => {
          if (event !== null) noteMove();
        }}
      >
        <Controls showInteractive={false} />
        <Edges tasks={tasks} places={places} direction={direction} critical={critical} />
      </ReactFlow>
      <Button
        className="absolute top-2 right-2"
        onClick={() => setTurned(direction === 'right' ? 'down' : 'right')}
        aria-label="Turn the graph"
      >
        {direction === 'right' ? '↓' : '→'}
      </Button>
      {critical.size === 0 ? null : (
        <p className="pointer-events-none absolute top-2 left-2 flex items-center gap-1.5 rounded bg-card px-1.5 text-xs text-soft">
          <span aria-hidden="true" className="inline-block h-3 w-5 rounded border-2 border-critical" />
          critical path
        </p>
      )}
      {tasks.length > MAP_FROM ? (
        <GraphMap tasks={tasks} places={places} bounds={bounds} onMove={noteMove} />
      ) : null}
      <Fit shape={`${shape}|${direction}`} places={places} bounds={bounds} chosen={chosen} moved={moved} />
    </div>
  );
}

/** What the page leaves for a graph, about. */
function roomOf({ innerWidth, innerHeight }: Window) {
  return { width: 0.8 * innerWidth, height: 0.65 * innerHeight };
}

/** What is alike stays the same object, so that of a thousand boxes only those are drawn again that have changed. */
function useSame<T extends { readonly id: string }>(isAlike: (a: T, b: T) => boolean): (made: T) => T {
  const known = useRef(new Map<string, T>());
  const alike = useRef(isAlike);
  return useCallback((made: T) => {
    const before = known.current.get(made.id);
    if (before !== undefined && alike.current(before, made)) return before;
    known.current.set(made.id, made);
    return made;
  }, []);
}

function areAlike(a: TaskBox['data'], b: TaskBox['data']): boolean {
  return a.task === b.task && a.isCritical === b.isCritical && a.isChosen === b.isChosen;
}
