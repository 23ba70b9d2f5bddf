/**
 * A node's durable state as a fixed record of 32 bytes, so that a run's nodes are one Redis string.
 *
 * Records 0 … tasks−1 belong to the tasks: for a task without fan-out that is its only node; for a fan-out it is the task
 * itself, and its nodes follow after all tasks. Times are stored relative to the run's creation.
 *
 *  0 state u8 · 1 flags u8 · 2 attempt u16 · 4 task u24 · 7 generation u8 · 8 earlier, high byte · 9 item u24 (fan-out
 * task: number of nodes) · 12 queued · 16 started · 20 ended · 24 first started (each u32, see `packTime`) · 28 deaths u8 ·
 * 29 earlier, low byte · 30 choice u16
 */
import { SluiceError } from './errors.ts';
import { NODE_STATES, type NodeState } from './node-state.ts';

export const RECORD_BYTES = 32;

/** Mutable: the owner of a shard changes it in place and writes it at the next commit. */
export interface NodeRecord {
  state: NodeState;
  /** Fan-out task: the number of nodes is fixed. */
  expanded: boolean;
  /** Counts on through all generations. */
  attempt: number;
  /** Attempts of earlier generations: they are not counted against `retry`. */
  earlier: number;
  /** 1 to MAX_GENERATION; each reset begins another. */
  generation: number;
  readonly task: number;
  /** Fan-out node: its index. Fan-out task: number of nodes. Else 0. */
  item: number;
  /** ms since 1970; 0 when it has not happened. Of the latest attempt. */
  queuedAt: number;
  startedAt: number;
  endedAt: number;
  /** Start of the generation's first attempt. */
  firstStartedAt: number;
  /** Sessions that died while they worked on the current attempt. */
  deaths: number;
  /** Switch: index of the case taken + 1; 0 for none yet; NO_CASE when no case was true. */
  choice: number;
}

export const NO_CASE = 0xffff;
export const MAX_GENERATION = 255;

export function newRecord(task: number, item = 0): NodeRecord {
  return {
    state: 'pending',
    expanded: false,
    attempt: 0,
    earlier: 0,
    generation: 1,
    task,
    item,
    queuedAt: 0,
    startedAt: 0,
    endedAt: 0,
    firstStartedAt: 0,
    deaths: 0,
    choice: 0,
  };
}

/** Writes one record at `offset`. `base` is the run's creation time, ms. */
export function packRecord(record: NodeRecord, base: number, target: DataView, offset: number): void {
  target.setUint8(offset, NODE_STATES.indexOf(record.state));
  target.setUint8(offset + 1, record.expanded ? 1 : 0);
  target.setUint16(offset + 2, record.attempt);
  target.setUint32(offset + 4, record.task * 256 + record.generation);
  target.setUint32(offset + 8, (record.earlier >> 8) * 0x1000000 + record.item);
  target.setUint32(offset + 12, packTime(record.queuedAt, base));
  target.setUint32(offset + 16, packTime(record.startedAt, base));
  target.setUint32(offset + 20, packTime(record.endedAt, base));
  target.setUint32(offset + 24, packTime(record.firstStartedAt, base));
  target.setUint8(offset + 28, record.deaths);
  target.setUint8(offset + 29, record.earlier & 0xff);
  target.setUint16(offset + 30, record.choice);
}

export function unpackRecord(source: DataView, offset: number, base: number): NodeRecord {
  const state = NODE_STATES[source.getUint8(offset)];
  if (state === undefined) {
    throw new SluiceError(
      'invalid_record',
      `node record at byte ${offset} has an unknown state; was it written by a newer version?`,
    );
  }
  const taskAndGeneration = source.getUint32(offset + 4);
  return {
    state,
    expanded: (source.getUint8(offset + 1) & 1) === 1,
    attempt: source.getUint16(offset + 2),
    earlier: source.getUint8(offset + 8) * 256 + source.getUint8(offset + 29),
    generation: taskAndGeneration % 256,
    task: Math.floor(taskAndGeneration / 256),
    item: source.getUint32(offset + 8) % 0x1000000,
    queuedAt: unpackTime(source.getUint32(offset + 12), base),
    startedAt: unpackTime(source.getUint32(offset + 16), base),
    endedAt: unpackTime(source.getUint32(offset + 20), base),
    firstStartedAt: unpackTime(source.getUint32(offset + 24), base),
    deaths: source.getUint8(offset + 28),
    choice: source.getUint16(offset + 30),
  };
}

const IN_SECONDS = 0x80000000;

/** 0 = never; below 2^31 the offset in ms + 1; above, in seconds: 24 days exact to the ms, 68 years to the second. */
function packTime(at: number, base: number): number {
  if (at === 0) return 0;
  const offset = Math.max(0, at - base) + 1;
  return offset < IN_SECONDS ? offset : IN_SECONDS + Math.min(Math.floor(offset / 1_000), IN_SECONDS - 1);
}

function unpackTime(packed: number, base: number): number {
  if (packed === 0) return 0;
  return packed < IN_SECONDS ? base + packed - 1 : base + (packed - IN_SECONDS) * 1_000;
}
