/** Requests of people to a schedule: each takes effect once, however often and late it comes, and is always answered alike. */
import type { ActorMessage, Answer } from '../../message.ts';
import { ANSWERED } from '../../schedule/document.ts';
import type { Turn } from '../turn.ts';

/** Answers that a schedule remembers: a client repeats a request within seconds or not at all. */
const REMEMBERED = 16;

type AnsweredDocument = readonly (readonly [request: string, answer: string])[];

/** Whether the request was answered before; it is then answered again and must not take effect again. */
export function answeredBefore(turn: Turn, message: ActorMessage): boolean {
  const known = answeredOf(turn, message.to).find(([request]) => request === message.request);
  if (!known) return false;
  turn.answer(message, JSON.parse(known[1]) as Answer);
  return true;
}

export function answerRequest(turn: Turn, message: ActorMessage, answer: Answer): void {
  const { request, to } = message;
  if (request === undefined) return;
  const answered = [...answeredOf(turn, to), [request, JSON.stringify(answer)]].slice(-REMEMBERED);
  turn.setDocument(to, ANSWERED, answered);
  turn.answer(message, answer);
}

/** Written by `answerRequest` alone. */
function answeredOf(turn: Turn, address: string): AnsweredDocument {
  return (turn.actor(address).get(ANSWERED) ?? []) as unknown as AnsweredDocument;
}
