/** Work that one of several orchestrators does for all: the first of those that live. */
import type { Membership } from '../ports/membership.ts';

export interface Turn {
  readonly id: string;
  readonly membership: Pick<Membership, 'orchestrators'>;
}

/** @param turn absent: there is nobody else. */
export async function isMyTurn(turn: Turn | undefined): Promise<boolean> {
  return turn === undefined || (await turn.membership.orchestrators())[0] === turn.id;
}
