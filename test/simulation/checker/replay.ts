import type { EventRecord } from '../../../engine/core/event.ts';
import { RECORD_BYTES, unpackRecord } from '../../../engine/core/node-record.ts';
import type { NODE_STATES } from '../../../engine/core/node-state.ts';
import type { Evidence, RunEvidence } from '../evidence.ts';
import { commitsOf } from '../evidence.ts';
import { endOf, ofEveryRun } from './invariant.ts';

interface Replayed {
  state: string;
  attempt: number;
}

/** I14: whoever replays the events has the stored records, after every commit. */
export const replay = ofEveryRun(
  'replay',
  'after every commit the stored node records are what the events say',
  function* (run, evidence) {
    const states = new Map<number, Replayed>();
    for (const { commit, events } of commitsOf(evidence.history)) {
      for (const change of commit.runs) {
        if (change.run !== run.id) continue;
        for (const event of events.get(run.id) ?? []) apply(states, event);
        yield* compare(run, states, change.records);
      }
    }
    yield* compareEnd(run, states, evidence);
  },
);

function apply(states: Map<number, Replayed>, event: EventRecord): void {
  if (event.node === undefined || event.type === 'node.late' || event.type === 'node.progress') return;
  const now = states.get(event.node) ?? { state: 'pending', attempt: 0 };
  states.set(event.node, now);
  if (event.attempt !== undefined) now.attempt = event.attempt;
  if (event.type === 'node.reset') now.state = event.detail?.as === 'running' ? 'running' : 'pending';
  if (event.type === 'node.blocked' && event.detail?.reason === 'paused') now.attempt--;
  const next = {
    'node.queued': 'queued',
    'node.blocked': 'blocked',
    'node.started': 'running',
    'node.expanded': 'running',
    'node.waiting': 'waiting',
    'node.repeating': 'waiting',
    'node.retrying': 'retrying',
  };
  if (event.type === 'node.reused') now.state = event.detail?.as ?? '';
  now.state = endOf(event) ?? next[event.type as keyof typeof next] ?? now.state;
}

function* compare(
  run: RunEvidence,
  states: ReadonlyMap<number, Replayed>,
  ranges: readonly { readonly start: number; readonly bytes: Uint8Array }[],
): Iterable<{ what: string; node: number }> {
  for (const { start, bytes } of ranges) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i * RECORD_BYTES < bytes.byteLength; i++) {
      const record = unpackRecord(view, i * RECORD_BYTES, run.header.createdAt);
      yield* differ(start + i, record, states.get(start + i));
    }
  }
}

function* compareEnd(
  run: RunEvidence,
  states: ReadonlyMap<number, Replayed>,
  { wentBack }: Evidence,
): Iterable<string | { what: string; node: number }> {
  for (const [node, record] of run.records.entries()) yield* differ(node, record, states.get(node));
  const last = run.events.findLast(({ type }) => type.startsWith('run.') && type !== 'run.late')?.type;
  const isGoingOn = last === 'run.started' || last === 'run.resumed';
  const status = isGoingOn ? 'running' : last === 'run.blocked' ? 'queued' : last?.slice('run.'.length);
  if (!wentBack && last !== undefined && status !== run.header.status)
    yield `the header says ${run.header.status}, the last event ${last}`;
}

function* differ(
  node: number,
  record: { state: (typeof NODE_STATES)[number]; attempt: number },
  replayed: Replayed = { state: 'pending', attempt: 0 },
): Iterable<{ what: string; node: number }> {
  // A blocked node has no event: it has begun to wait for room.
  const isHeld = record.state === 'blocked' && ['pending', 'retrying', 'waiting'].includes(replayed.state);
  if (record.state !== replayed.state && !isHeld)
    yield { what: `stored as ${record.state}, by its events ${replayed.state}`, node };
  if (record.attempt !== replayed.attempt)
    yield { what: `stored at attempt ${record.attempt}, by its events ${replayed.attempt}`, node };
}
