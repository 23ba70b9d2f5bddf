/**
 * How each task went in the last runs of a workflow. Of each run only its header and the records of its tasks are read, so that
 * a run of a hundred thousand nodes costs no more than one of ten.
 */

import { RECORD_BYTES, unpackRecord } from '../../core/node-record.ts';
import { NODE_STATES, type NodeState } from '../../core/node-state.ts';
import type { Plan } from '../../core/plan.ts';
import type { RunIndex, RunSummary } from '../../ports/run-index.ts';
import type { ClientStore } from '../../ports/shard-store.ts';
import type { Client } from './client.ts';

/** Tasks that are told of; the table of more would not be read by anybody. */
const MAX_TASKS = 500;

export interface TaskCells {
  readonly line: RunSummary;
  /** Hash of its plan. */
  readonly version: string;
  /** By task; null where the run has no such task. */
  readonly states: readonly (NodeState | null)[];
  /** How long each took, ms; null before its end. */
  readonly ms: readonly (number | null)[];
}

export interface WorkflowHistory {
  readonly tasks: readonly string[];
  readonly moreTasks: number;
  /** Newest first. */
  readonly runs: readonly TaskCells[];
}

interface Reading {
  readonly client: Pick<Client, 'readPlan'>;
  readonly index: Pick<RunIndex, 'list'>;
  readonly store: Pick<ClientStore, 'readHeader' | 'readRecords'>;
}

/** @param plan the newest version, whose tasks come first */
export async function lastRunsByTask(reading: Reading, plan: Plan, count: number): Promise<WorkflowHistory> {
  const { namespace, name } = plan;
  const { runs } = await reading.index.list({ namespace, workflow: name }, count);
  const plans = new Map<string, Promise<Plan | undefined>>([[plan.hash, Promise.resolve(plan)]]);
  const read = await Promise.all(runs.map((line) => readTasks(reading, line, plans)));
  const known = read.filter((one) => one !== undefined);
  const all = new Set(taskIds(plan));
  for (const { cells } of known) for (const id of cells.keys()) all.add(id);
  const tasks = [...all].slice(0, MAX_TASKS);
  return {
    tasks,
    moreTasks: all.size - tasks.length,
    runs: known.map(({ cells, line, version }) => ({
      line,
      version,
      states: tasks.map((id) => cells.get(id)?.state ?? null),
      ms: tasks.map((id) => cells.get(id)?.ms ?? null),
    })),
  };
}

interface Cell {
  readonly state: NodeState;
  readonly ms: number | null;
}

/** Undefined when the run was removed meanwhile. */
async function readTasks(
  { client, store }: Reading,
  line: RunSummary,
  plans: Map<string, Promise<Plan | undefined>>,
) {
  const header = await store.readHeader(line.id);
  if (header === undefined) return undefined;
  const found = plans.get(header.plan) ?? client.readPlan(line.id, header.plan);
  plans.set(header.plan, found);
  const plan = await found;
  if (plan === undefined) return undefined;
  const ids = taskIds(plan).slice(0, MAX_TASKS);
  const bytes = await store.readRecords(line.id, ids.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cells = new Map(ids.map((id, i) => [id, cellOf(view, i, header.createdAt)]));
  return { line, version: header.plan, cells };
}

function cellOf(view: DataView, index: number, createdAt: number): Cell {
  // What was never written is as it was when the run began.
  if ((index + 1) * RECORD_BYTES > view.byteLength) return { state: NODE_STATES[0], ms: null };
  const { state, startedAt, firstStartedAt, endedAt } = unpackRecord(view, index * RECORD_BYTES, createdAt);
  const began = firstStartedAt || startedAt;
  return { state, ms: began === 0 || endedAt === 0 ? null : Math.max(0, endedAt - began) };
}

/** Those of the main part: handlers and compensations come and go with how a run ends. */
function taskIds(plan: Plan): string[] {
  return plan.tasks.flatMap(({ id, phase }) => (phase === undefined ? [id] : []));
}
