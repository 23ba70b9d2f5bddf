/** The graph of a run, live: one box a task, coloured by state, the critical path marked. Only what is in view is drawn. */
import { Controls, type Edge, MiniMap, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import type { GraphTask } from '../api/model.ts';
import { Button } from '../ui/parts.tsx';
import { TONE_FILL, toneOf } from '../ui/status.tsx';
import { criticalPath } from './critical-path.ts';
import { Fit } from './fit.tsx';
import { type Direction, directionFor, type Spacing } from './layout.ts';
import { placedBoxes } from './parts.ts';
import { BOX, ENDS, type TaskBox, TaskBoxView } from './task-box.tsx';
import { usePlaces } from './use-places.ts';

const NODE_TYPES = { task: TaskBoxView };
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
  const places = usePlaces(boxes, { shape, direction, spacing: SPACING[direction] });
  const critical = useMemo(() => new Set(criticalPath(tasks)), [tasks]);
  const boxOf = useSame<TaskBox>((a, b) => a.position === b.position && areAlike(a.data, b.data));
  const nodes = useMemo(
    () =>
      tasks.flatMap((task): TaskBox[] => {
        const position = places?.get(task.id);
        if (position === undefined) return [];
        const data = { task, direction, isCritical: critical.has(task.id), isChosen: task.id === chosen };
        return [boxOf({ id: task.id, type: 'task', position, data, ...BOX, ...ENDS[direction] })];
      }),
    [tasks, places, direction, critical, chosen, boxOf],
  );
  const edgeOf = useSame<Edge>((a, b) => a.className === b.className);
  const edges = useMemo(() => edgesOf(tasks, critical).map(edgeOf), [tasks, critical, edgeOf]);
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
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onlyRenderVisibleElements
        minZoom={0.05}
        fitView
        onNodeClick={chooseBox}
        onMove={(event) => {
          if (event !== null) moved.current = true;
        }}
      >
        <Controls showInteractive={false} />
        {tasks.length > MAP_FROM ? <MiniMap pannable zoomable nodeClassName={toneOnMap} /> : null}
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
      <Fit shape={`${shape}|${direction}`} places={places} box={BOX} chosen={chosen} moved={moved} />
    </div>
  );
}

/** What the page leaves for a graph, about. */
function roomOf({ innerWidth, innerHeight }: Window) {
  return { width: 0.8 * innerWidth, height: 0.65 * innerHeight };
}

/** One function for good: with another one all of the map is drawn again. */
function toneOnMap({ data }: { readonly data: Record<string, unknown> }): string {
  return TONE_FILL[toneOf((data as TaskBox['data']).task.status)];
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
  return (
    a.task === b.task &&
    a.direction === b.direction &&
    a.isCritical === b.isCritical &&
    a.isChosen === b.isChosen
  );
}

function edgesOf(tasks: readonly GraphTask[], critical: ReadonlySet<string>): Edge[] {
  return tasks.flatMap(({ id, needs }) =>
    needs.map((need) => ({
      id: `${need}→${id}`,
      source: need,
      target: id,
      ...(critical.has(need) && critical.has(id) ? { className: 'critical' } : {}),
    })),
  );
}
