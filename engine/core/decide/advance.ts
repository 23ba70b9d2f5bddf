/**
 * What follows from what has happened, run by run, until nothing more follows or the turn is full. Everything here can be
 * derived again from the durable state, so a crash in between loses nothing.
 */
import { isRunEnded } from '../node-state.ts';
import type { RunState } from '../run-state.ts';
import { createNodes, endFanNode, stopRest } from './fan.ts';
import { admit, hasRoom, isFanNode, placeOf } from './node.ts';
import { cancelNodes, finishRun } from './run.ts';
import { endTask, judgeTask } from './task.ts';
import type { Turn } from './turn.ts';

/** Advances all runs with open decisions. Answers whether some are left because the turn is full. */
export function advance(turn: Turn): boolean {
  passOnEnds(turn);
  for (const id of turn.shard.unfinished) {
    if (turn.isFull) return true;
    const run = turn.shard.runs.get(id);
    turn.runAtHand = id;
    if (!run || advanceRun(turn, run)) turn.shard.unfinished.delete(id);
  }
  return false;
}

/** True when nothing more follows for now. */
function advanceRun(turn: Turn, run: RunState): boolean {
  const { header } = run;
  if (header.status === 'queued' || isRunEnded(header.status)) return true;
  while (!turn.isFull) {
    if (header.cancel) cancelNodes(turn, run);
    else {
      for (const task of run.stopping) stopRest(turn, run, task);
      admitHeld(turn, run);
      for (const task of run.expanding) createNodes(turn, run, task);
      judgeFrontier(turn, run);
    }
    passOnEnds(turn);
    if (!hasMore(run)) {
      if (!turn.isFull) finishRun(turn, run);
      return !turn.isFull || isRunEnded(header.status);
    }
  }
  return false;
}

/** Tells what lies downstream of ended nodes. Only memory and closing fan-outs are touched, so it does not mind a full turn. */
function passOnEnds(turn: Turn): void {
  for (let place = turn.ended.pop(); place; place = turn.ended.pop()) {
    if (isFanNode(place)) endFanNode(turn, place);
    else endTask(place);
  }
}

function judgeFrontier(turn: Turn, run: RunState): void {
  while (run.frontier.length > 0 && !turn.isFull) {
    const task = run.frontier.pop();
    if (task !== undefined) judgeTask(turn, run, task);
  }
}

/** Nodes held back by `max_parallel`, oldest first. */
function admitHeld(turn: Turn, run: RunState): void {
  const isRunFull = () => run.plan.maxParallel !== undefined && run.active >= run.plan.maxParallel;
  for (let i = 0; i < run.held.length && !turn.isFull && !isRunFull(); ) {
    const index = run.held[i] ?? -1;
    const place = placeOf(run, index);
    if (!isAdmissible(run, index)) {
      i++;
      continue;
    }
    run.held.splice(i, 1);
    if (place?.record.state === 'blocked') admit(turn, place);
  }
}

function isAdmissible(run: RunState, node: number): boolean {
  const place = placeOf(run, node);
  return place?.record.state !== 'blocked' || hasRoom(place);
}

function hasMore(run: RunState): boolean {
  if (run.header.cancel) return run.cancelPosition < run.nodes.length;
  if (run.frontier.length > 0 || run.stopping.size > 0) return true;
  if (run.held.some((node) => isAdmissible(run, node))) return true;
  return [...run.expanding].some((task) => {
    const place = placeOf(run, task);
    return place !== undefined && hasRoom(place);
  });
}
