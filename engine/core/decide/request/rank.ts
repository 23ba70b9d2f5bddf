/** Answers where a node stands among those that wait for a worker: only the owner knows. Nothing is remembered of it. */
import type { RankMessage } from '../../message.ts';
import { rankJson, rankOf } from '../../rank.ts';
import type { Turn } from '../turn.ts';

export function answerRank(turn: Turn, message: RankMessage): void {
  const run = turn.shard.runs.get(message.run);
  const rank = run && rankOf(turn.shard, run, message.node, turn.now);
  turn.answer(message, { ok: true, rank: rank ? rankJson(rank) : null });
}
