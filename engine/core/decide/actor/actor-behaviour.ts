/** What one kind of actor does. */
import type { ActorMessage } from '../../message.ts';
import type { Turn } from '../turn.ts';

/** Messages may come twice, and late: both must be harmless. */
export interface ActorBehaviour {
  receive(turn: Turn, message: ActorMessage): void;
  /** The timer was removed already; set it again to be called again. */
  wake(turn: Turn, address: string, timer: string): void;
}
