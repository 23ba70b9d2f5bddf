/** A schedule's documents, read from and written to its turn. */
import type { Json } from '../../json.ts';
import {
  BACKFILL,
  type Backfill,
  type ScheduleSpec,
  type ScheduleState,
  SPEC,
  STATE,
  WINDOW,
  type WindowDocument,
} from '../../schedule/document.ts';
import type { Turn } from '../turn.ts';

/** A schedule while a turn changes it. Documents are replaced, never changed, so that a void turn can be undone. */
export interface Schedule {
  readonly address: string;
  spec: ScheduleSpec;
  state: ScheduleState;
}

/** Documents have the form that this module wrote them in. */
export function scheduleOf(turn: Turn, address: string): Schedule | undefined {
  const documents = turn.actor(address);
  const spec = documents.get(SPEC);
  const state = documents.get(STATE);
  if (spec === undefined || state === undefined) return undefined;
  return { address, spec: spec as unknown as ScheduleSpec, state: state as unknown as ScheduleState };
}

export function saveSpec(turn: Turn, address: string, spec: ScheduleSpec): void {
  turn.setDocument(address, SPEC, spec as unknown as Json);
}

/** Writes the state, if it is another than the stored one. */
export function saveState(turn: Turn, { address, state }: Schedule): void {
  const stored = turn.actor(address).get(STATE);
  if (JSON.stringify(stored) !== JSON.stringify(state))
    turn.setDocument(address, STATE, state as unknown as Json);
}

export function backfillsOf(turn: Turn, address: string): Backfill[] {
  return documentsOf<Backfill>(turn, address, BACKFILL);
}

export function saveBackfill(turn: Turn, address: string, backfill: Backfill): void {
  turn.setDocument(address, `${BACKFILL}${backfill.id}`, backfill as unknown as Json);
}

export function windowsOf(turn: Turn, address: string): WindowDocument[] {
  return documentsOf<WindowDocument>(turn, address, WINDOW);
}

export function saveWindow(turn: Turn, address: string, window: WindowDocument): void {
  turn.setDocument(address, `${WINDOW}${window.start}`, window as unknown as Json);
}

function documentsOf<T>(turn: Turn, address: string, prefix: string): T[] {
  return [...turn.actor(address)]
    .filter(([field]) => field.startsWith(prefix))
    .map(([, value]) => value as unknown as T);
}
