/** Requests of clients to runs: answered once the decision is stored; a repeated request gets the first answer again. */
import type { Answer, Asked } from '../../message.ts';
import type { AnsweredRequest } from '../../run-header.ts';
import type { RunState } from '../../run-state.ts';
import type { Turn } from '../turn.ts';

/** Answers that a run remembers: a client repeats a request within seconds or not at all, but others ask meanwhile. */
const REMEMBERED = 64;

/** Whether the request was answered before; it is then answered again and must not take effect again. */
export function answeredBefore(turn: Turn, run: RunState, asked: Asked): boolean {
  const known = run.header.answered?.find(([request]) => request === asked.request);
  if (!known) return false;
  turn.answer(asked, JSON.parse(known[1]) as Answer);
  return true;
}

export function answerRequest(turn: Turn, run: RunState, asked: Asked, answer: Answer): void {
  if (asked.request === undefined) return;
  const entry: AnsweredRequest = [asked.request, JSON.stringify(answer)];
  run.header.answered = [...(run.header.answered ?? []), entry].slice(-REMEMBERED);
  turn.answer(asked, answer);
  turn.saveHeader(run);
}

export function refuseRequest(turn: Turn, run: RunState, asked: Asked, message: string): void {
  answerRequest(turn, run, asked, { ok: false, code: 'not_possible', message });
}
