/**
 * What follows from what has happened, run by run, until nothing more follows or the turn is full. Everything here can be
 * derived again from the durable state, so a crash in between loses nothing.
 */
import { isRunEnded } from '../../node-state.ts';
import { isCancelling } from '../../run-part.ts';
import type { RunState } from '../../run-state.ts';
import { createNodes, endFanNode, stopRest } from '../node/fan.ts';
import { admit, hasRoom, isRunFull } from '../node/node.ts';
import { isFanNode, placeOf } from '../node/node-place.ts';
import { continueReset } from '../node/reset.ts';
import { endTask, judgeTask } from '../node/task.ts';
import type { Turn } from '../turn.ts';
import { withdrawQueued } from './pause.ts';
import { finishPart } from './phase.ts';
import { cancelNodes, keepAsking } from './run.ts';

/** Advances all runs with open decisions. Answers whether some are left because the turn is full. */
export function advance(turn: Turn): boolean {
  passOnEnds(turn);
  for (const id of turn.shard.unfinished) {
    if (turn.isCrowded) return true;
    const run = turn.shard.runs.get(id);
    turn.runAtHand = id;
    if (!run || advanceRun(turn, run)) turn.shard.unfinished.delete(id);
  }
  return turn.isCrowded;
}

/** True when nothing more follows for now. */
function advanceRun(turn: Turn, run: RunState): boolean {
  const { header } = run;
  keepAsking(turn, run);
  if (header.status === 'queued' || isRunEnded(header.status)) return true;
  while (!turn.isCrowded) {
    takeStep(turn, run);
    passOnEnds(turn);
    if (!hasMore(run)) {
      if (turn.isCrowded) return false;
      if (!finishPart(turn, run)) return true;
    }
  }
  return false;
}

/** A reset goes before all else; then a run that is being cancelled or is paused starts nothing. */
function takeStep(turn: Turn, run: RunState): void {
  const { reset, paused } = run.header;
  if (reset) return continueReset(turn, run, reset);
  if (isCancelling(run)) return cancelNodes(turn, run);
  for (const task of run.stopping) stopRest(turn, run, task);
  if (paused) return withdrawQueued(turn, run);
  admitHeld(turn, run);
  for (const task of run.expanding) createNodes(turn, run, task);
  judgeFrontier(turn, run);
}

/** Tells what lies downstream of ended nodes. Only memory and closing fan-outs are touched, so it does not mind a full turn. */
function passOnEnds(turn: Turn): void {
  // The end of a fan-out's last node adds the end of the fan-out to the list.
  for (const place of turn.ended) {
    turn.runAtHand = place.run.header.id;
    if (isFanNode(place)) endFanNode(turn, place);
    else endTask(place);
  }
  turn.ended.length = 0;
}

/** First in, first out, so that equals start in the order in which they are written. */
function judgeFrontier(turn: Turn, run: RunState): void {
  let judged = 0;
  while (judged < run.frontier.length && !turn.isCrowded) judgeTask(turn, run, run.frontier[judged++] ?? 0);
  run.frontier.splice(0, judged);
}

/** Nodes held back by `max_parallel`, oldest first. */
function admitHeld(turn: Turn, run: RunState): void {
  let seen = 0;
  let kept = 0;
  while (seen < run.held.length && !turn.isCrowded && !isRunFull(run)) {
    const index = run.held[seen++] ?? -1;
    if (isAdmissible(run, index)) admitNode(turn, run, index);
    else if (run.nodes[index]?.state === 'blocked') run.held[kept++] = index;
  }
  run.held.splice(kept, seen - kept);
}

function admitNode(turn: Turn, run: RunState, index: number): void {
  const place = placeOf(run, index);
  if (place) admit(turn, place);
}

/** False also for a node that is no longer held, because it was stopped. */
function isAdmissible(run: RunState, index: number): boolean {
  const place = placeOf(run, index);
  return place?.record.state === 'blocked' && hasRoom(place);
}

function hasMore(run: RunState): boolean {
  if (run.header.reset) return true;
  if (isCancelling(run)) return run.cancelPosition < run.nodes.length;
  if (run.header.paused) return run.stopping.size > 0 || run.pausePosition < run.nodes.length;
  if (run.frontier.length > 0 || run.stopping.size > 0) return true;
  if (isRunFull(run)) return false;
  if (run.held.some((node) => isAdmissible(run, node))) return true;
  return [...run.expanding].some((task) => {
    const place = placeOf(run, task);
    return place !== undefined && hasRoom(place);
  });
}
