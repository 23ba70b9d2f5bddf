/** Hands the messages and timers of actors to what their kind does with them. */
import { type ActorKind, actorKind } from '../../actor.ts';
import type { ActorMessage, ActorTimerMessage } from '../../message.ts';
import { LIMIT } from '../limit/limit-actor.ts';
import { NOTIFICATIONS } from '../notification/index.ts';
import { scheduleActor } from '../schedule/index.ts';
import type { Turn } from '../turn.ts';
import type { ActorBehaviour } from './actor-behaviour.ts';

/** One line a kind. */
export const ACTORS = {
  limit: LIMIT,
  schedule: scheduleActor,
  notifications: NOTIFICATIONS,
} satisfies Record<ActorKind, ActorBehaviour>;

export function takeForActor(turn: Turn, message: ActorMessage | ActorTimerMessage): void {
  const kind = actorKind(message.to);
  const behaviour = kind && ACTORS[kind];
  if (message.type === 'actor_timer') {
    turn.removeActorTimer(message.to, message.name);
    behaviour?.wake(turn, message.to, message.name);
    return;
  }
  if (behaviour) return behaviour.receive(turn, message);
  const text = `no actor has the address ${message.to}`;
  turn.answer(message, { ok: false, code: 'not_possible', message: text });
}
