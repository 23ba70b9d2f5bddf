/**
 * API tokens: made here, shown once, and kept as a hash only. A token is `slc_<id>_<secret>`: the id finds the record and may be
 * logged; the secret has 256 random bits, so that a plain SHA-256 cannot be guessed back.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Grants } from '../../core/access/role.ts';
import { SluiceError } from '../../core/errors.ts';
import type { StoredToken, TokenRecord, TokenStore } from '../../ports/token-store.ts';

const TOKEN = /^slc_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;
/** A use is noted at most this often, ms. */
const NOTE_MS = 60_000;

export interface AccessTokensOptions {
  readonly store: TokenStore;
  readonly now: () => number;
  /** That many random bytes, fit for secrets. */
  readonly random: (bytes: number) => Uint8Array;
}

export interface NewToken {
  readonly name: string;
  readonly grants: Grants;
  readonly createdBy: string;
  /** ms since 1970. */
  readonly expiresAt?: number;
}

/** `known`: somebody had this token, but it is no longer good. */
export type Verdict =
  | { readonly ok: true; readonly token: StoredToken }
  | { readonly ok: false; readonly why: 'unknown' | 'expired' };

export class AccessTokens {
  readonly #options: AccessTokensOptions;
  /** Id → when this process last noted a use. */
  readonly #noted = new Map<string, number>();

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /** The text is given once and stored nowhere. */
  async create(wanted: NewToken): Promise<{ readonly text: string; readonly record: TokenRecord }> {
    const { store, now, random } = this.#options;
    const id = Buffer.from(random(8)).toString('hex');
    const text = `slc_${id}_${Buffer.from(random(32)).toString('base64url')}`;
    const record = { id, ...wanted, hash: hashOf(text), createdAt: now() };
    if (await store.create(record)) return { text, record };
    throw new SluiceError(
      'internal',
      `A token with the id ${id} is there already; random numbers repeat on this machine.`,
    );
  }

  /** Whose token this is. Anything that was never a token is `unknown`, and no store is asked for most of it. */
  async verify(text: string): Promise<Verdict> {
    const { store, now } = this.#options;
    const [, id] = TOKEN.exec(text) ?? [];
    const token = id === undefined ? undefined : await store.get(id);
    if (token === undefined || !isEqual(token.hash, hashOf(text))) return { ok: false, why: 'unknown' };
    if (token.expiresAt !== undefined && token.expiresAt <= now()) return { ok: false, why: 'expired' };
    await this.#note(token);
    return { ok: true, token };
  }

  /** By its id, or by its name where only one has it. @throws SluiceError token_not_found */
  async find(idOrName: string): Promise<StoredToken> {
    const byId = await this.#options.store.get(idOrName);
    return byId ?? findToken(await this.#options.store.list(), idOrName);
  }

  /** @throws SluiceError token_not_found */
  async revoke(idOrName: string): Promise<StoredToken> {
    const token = await this.find(idOrName);
    await this.#options.store.remove(token.id);
    return token;
  }

  list(): Promise<readonly StoredToken[]> {
    return this.#options.store.list();
  }

  /** A use that cannot be noted is a use all the same. */
  async #note({ id, lastUsedAt = 0 }: StoredToken): Promise<void> {
    const now = this.#options.now();
    if (now - Math.max(lastUsedAt, this.#noted.get(id) ?? 0) < NOTE_MS) return;
    if (this.#noted.size > 10_000) this.#noted.clear();
    this.#noted.set(id, now);
    await this.#options.store.touch(id, now).catch(() => {});
  }
}

/** Of a list of tokens, by id or name. @throws SluiceError token_not_found */
export function findToken<Token extends { readonly id: string; readonly name: string }>(
  tokens: readonly Token[],
  idOrName: string,
): Token {
  const byId = tokens.find(({ id }) => id === idOrName);
  const named = byId ? [byId] : tokens.filter(({ name }) => name === idOrName);
  const [one, other] = named;
  if (one && !other) return one;
  const ids = named.map(({ id }) => id).join(', ');
  throw new SluiceError(
    'token_not_found',
    one
      ? `Several tokens are called ${JSON.stringify(idOrName)}; name one by its id: ${ids}.`
      : `There is no token ${JSON.stringify(idOrName)}; \`sluice tokens list\` shows those that there are.`,
  );
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
