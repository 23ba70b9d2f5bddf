/** The graph of a run, live: one box a task, coloured by state, the critical path marked. Only what is in view is drawn. */
import { Controls, type Edge, MiniMap, ReactFlow, ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { useEffect, useMemo, useState } from 'react';
import type { GraphTask } from '../api/model.ts';
import { Button } from '../ui/parts.tsx';
import { TONE_FILL, toneOf } from '../ui/status.tsx';
import { criticalPath } from './critical-path.ts';
import { type Direction, placeBoxes } from './layout.ts';
import { BOX, type TaskBox, TaskBoxView } from './task-box.tsx';

const NODE_TYPES = { task: TaskBoxView };
const SPACING = { ...BOX, gapAlong: 64, gapAcross: 18 };
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
  const [direction, setDirection] = useState<Direction>('right');
  const shape = tasks.map(({ id, needs }) => `${id}<${needs.join()}`).join(';');
  // biome-ignore lint/correctness/useExhaustiveDependencies: places change with the shape alone, not with every state.
  const places = useMemo(() => placeBoxes(tasks, direction, SPACING), [shape, direction]);
  const critical = useMemo(() => new Set(criticalPath(tasks)), [tasks]);
  const nodes = useMemo(
    () =>
      tasks.map((task): TaskBox => {
        const { x, y } = places.get(task.id) ?? { x: 0, y: 0 };
        const data = { task, direction, isCritical: critical.has(task.id), isChosen: task.id === chosen };
        return { id: task.id, type: 'task', position: { x, y }, data, ...BOX };
      }),
    [tasks, places, direction, critical, chosen],
  );
  const edges = useMemo(() => edgesOf(tasks, critical), [tasks, critical]);
  return (
    <div className="relative h-full min-h-64 w-full">
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
        onNodeClick={(_, { id }) => onChoose(id)}
        onSelectionChange={({ nodes: [one] }) => (one === undefined ? undefined : onChoose(one.id))}
      >
        <Controls showInteractive={false} />
        {tasks.length > MAP_FROM ? (
          <MiniMap
            pannable
            zoomable
            nodeClassName={({ data }) => TONE_FILL[toneOf((data as TaskBox['data']).task.status)]}
          />
        ) : null}
      </ReactFlow>
      <Button
        className="absolute top-2 right-2"
        onClick={() => setDirection(direction === 'right' ? 'down' : 'right')}
        aria-label="Turn the graph"
      >
        {direction === 'right' ? '↓' : '→'}
      </Button>
      <Fit on={`${shape}|${direction}`} />
    </div>
  );
}

/** Shows all of it when its shape changes. */
function Fit({ on }: { readonly on: string }) {
  const { fitView } = useReactFlow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is the occasion.
  useEffect(() => {
    const frame = requestAnimationFrame(() => void fitView({ padding: 0.1, maxZoom: 1.2 }));
    return () => cancelAnimationFrame(frame);
  }, [on, fitView]);
  return null;
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
