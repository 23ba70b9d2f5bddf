/** Charges what attempts cost to the account of their run: once for each stretch of work, when it is over, however it ended. */
import { costOfTime } from '../../cost.ts';
import type { Turn } from '../turn.ts';
import { isFanTask, type NodePlace } from './node-place.ts';

/** The part of an event's detail that tells what was charged. */
export interface Charged {
  readonly cost?: number;
}

/**
 * The node works no longer, or not for the same worker: what it cost since its claim, as its worker reported, else by the rate of
 * its task. Call before its state changes. Nothing when it does not work, and when nobody says what it costs.
 */
export function chargeWork(turn: Turn, place: NodePlace, until: number): Charged {
  const { run, record, task, reported } = place;
  if (record.state !== 'running' || isFanTask(place)) return {};
  const cost = reported ?? costOfTime(task.costPerHour, until - record.startedAt);
  if (cost === undefined) return {};
  turn.charge(run, cost);
  return { cost };
}
