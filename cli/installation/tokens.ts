/** API tokens. */
import type { Grants } from '../../engine/core/access/role.ts';

export interface TokenLine {
  readonly id: string;
  readonly name: string;
  readonly grants: Grants;
  /** RFC 3339. */
  readonly created_at: string;
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}

export interface NewToken {
  readonly name: string;
  readonly grants: Grants;
  /** How long it is good, ms; undefined: for ever. */
  readonly expiresIn: number | undefined;
}

export interface Tokens {
  list(): Promise<readonly TokenLine[]>;
  /** With the token itself, this once. */
  create(token: NewToken): Promise<TokenLine & { readonly token: string }>;
  /** By its id, or its name where only one has it. @throws SluiceError token_not_found */
  revoke(subject: string): Promise<Pick<TokenLine, 'id' | 'name'>>;
}
