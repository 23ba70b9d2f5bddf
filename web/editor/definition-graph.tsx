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
import { memo, useEffect, useMemo, useRef } from 'react';
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

/** Drawn again when its graph is another one: beside a text that is typed it stands still. */
export default memo(function DefinitionGraph(props: Props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
});

function Flow({ graph: given, chosen, onChoose, direction = 'right' }: Props) {
  const graph = useSame(given);
  const places = useMemo(() => {
    const needs = new Map<string, string[]>();
    for (const { from, to } of graph.edges) {
      const known = needs.get(to);
      if (known) known.push(from);
      else needs.set(to, [from]);
    }
    const boxes = graph.nodes.map(({ id }) => ({ id, needs: needs.get(id) ?? [] }));
    return placeBoxes(boxes, direction, SPACING);
  }, [graph, direction]);
  const known = useRef<ReadonlyMap<string, TaskNode>>(new Map());
  const nodes = useMemo(() => {
    const made = graph.nodes.map((task): TaskNode => {
      const { x, y } = places.get(task.id) ?? { x: 0, y: 0 };
      const data = { task, direction, isChosen: task.id === chosen };
      const before = known.current.get(task.id);
      return before !== undefined && isSameNode(before, { x, y }, data)
        ? before
        : { id: task.id, type: 'task', position: { x, y }, data, ...BOX };
    });
    known.current = new Map(made.map((node) => [node.id, node]));
    return made;
  }, [graph, places, chosen, direction]);
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

/** What is drawn of a task. */
const drawnOf = ({ id, uses, queue, fan_out, trigger_rule }: TaskNode['data']['task']) =>
  JSON.stringify([id, uses, queue, fan_out, trigger_rule]);

function isSameNode(
  { position, data: before }: TaskNode,
  { x, y }: { readonly x: number; readonly y: number },
  data: TaskNode['data'],
): boolean {
  return (
    position.x === x &&
    position.y === y &&
    before.direction === data.direction &&
    before.isChosen === data.isChosen &&
    drawnOf(before.task) === drawnOf(data.task)
  );
}

/** The graph of before, as long as nothing that is drawn has changed. */
function useSame(graph: Graph): Graph {
  const drawn = useMemo(
    () => JSON.stringify([graph.nodes.map(drawnOf), graph.edges.map(({ from, to }) => [from, to])]),
    [graph],
  );
  const kept = useRef({ graph, drawn });
  if (kept.current.drawn !== drawn) kept.current = { graph, drawn };
  return kept.current.graph;
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
