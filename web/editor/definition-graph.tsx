/** The graph of a workflow as it is written: one box a task. Runs have a graph of their own, with states. */
import {
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { memo, useEffect, useMemo } from 'react';
import { type Direction, placeBoxes } from '../graph/layout.ts';
import type { Graph } from '../workflows/queries.ts';

const BOX = { width: 180, height: 46 };
const SPACING = { ...BOX, gapAlong: 56, gapAcross: 16 };

type TaskNode = Node<
  { readonly task: Graph['nodes'][number]; readonly direction: Direction; readonly isChosen: boolean },
  'task'
>;

const TaskView = memo(function TaskView({ data: { task, direction, isChosen } }: NodeProps<TaskNode>) {
  return (
    <div
      className={`flex h-[46px] w-[180px] flex-col justify-center rounded-lg border-2 border-line bg-card px-2 shadow-sm ${isChosen ? 'ring-2 ring-accent' : ''}`}
      title={`${task.id}: ${task.uses}, queue ${task.queue}, ${task.trigger_rule}`}
    >
      <Handle
        type="target"
        position={direction === 'right' ? Position.Left : Position.Top}
        className="!invisible"
        isConnectable={false}
      />
      <span className="truncate text-sm font-medium">{task.id}</span>
      <span className="truncate text-xs text-soft">
        {task.uses}
        {task.fan_out === null ? '' : ` · ${task.fan_out}`}
        {task.trigger_rule === 'all_success' ? '' : ` · ${task.trigger_rule}`}
      </span>
      <Handle
        type="source"
        position={direction === 'right' ? Position.Right : Position.Bottom}
        className="!invisible"
        isConnectable={false}
      />
    </div>
  );
});

const NODE_TYPES = { task: TaskView };

interface Props {
  readonly graph: Graph;
  readonly chosen?: string | undefined;
  readonly onChoose?: (task: string) => void;
  readonly direction?: Direction;
}

export default function DefinitionGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ graph, chosen, onChoose, direction = 'right' }: Props) {
  const places = useMemo(() => {
    const needs = new Map<string, string[]>();
    for (const { from, to } of graph.edges) needs.set(to, [...(needs.get(to) ?? []), from]);
    const boxes = graph.nodes.map(({ id }) => ({ id, needs: needs.get(id) ?? [] }));
    return placeBoxes(boxes, direction, SPACING);
  }, [graph, direction]);
  const nodes = graph.nodes.map((task): TaskNode => {
    const { x, y } = places.get(task.id) ?? { x: 0, y: 0 };
    return {
      id: task.id,
      type: 'task',
      position: { x, y },
      data: { task, direction, isChosen: task.id === chosen },
      ...BOX,
    };
  });
  const edges = useMemo(
    () => graph.edges.map(({ from, to }): Edge => ({ id: `${from}→${to}`, source: from, target: to })),
    [graph],
  );
  return (
    <div className="h-full min-h-64 w-full">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={onChoose !== undefined}
        edgesFocusable={false}
        onlyRenderVisibleElements
        minZoom={0.05}
        fitView
        onNodeClick={(_, { id }) => onChoose?.(id)}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
      <Fit on={graph.nodes.map(({ id }) => id).join()} />
    </div>
  );
}

/** Shows all of it when tasks come or go. */
function Fit({ on }: { readonly on: string }) {
  const { fitView } = useReactFlow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tasks are the occasion.
  useEffect(() => {
    const frame = requestAnimationFrame(() => void fitView({ padding: 0.1, maxZoom: 1.1 }));
    return () => cancelAnimationFrame(frame);
  }, [on, fitView]);
  return null;
}
