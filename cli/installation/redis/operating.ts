/** Limits, secrets, tokens and the audit log, directly in Redis. */
import { randomBytes } from 'node:crypto';
import {
  changeLimit,
  type LimitChange,
  readLimit,
  readLimits,
} from '../../../engine/runtime/client/limit-view.ts';
import { limitLineOf } from '../../../server/limit-line.ts';
import { tokenLineOf } from '../../../server/token-line.ts';
import type { Engine } from '../../compose/engine.ts';
import { userName } from '../../user-name.ts';
import type { Limits } from '../limits.ts';
import type { StoredSecrets } from '../secrets.ts';
import type { Tokens } from '../tokens.ts';

/** `driven`: does it where somebody answers. */
export function redisLimits(
  { store, shards }: Engine,
  driven: <T>(work: () => Promise<T>) => Promise<T>,
): Limits {
  const change = (name: Parameters<typeof changeLimit>[1], wanted: Omit<LimitChange, 'request'>) =>
    driven(() => changeLimit(store, name, { ...wanted, request: randomBytes(10).toString('hex') }));
  return {
    async list(namespace) {
      const all = (await readLimits(store, shards)).map(limitLineOf);
      return all.filter((line) => (namespace ?? line.namespace) === line.namespace);
    },
    ofKey: async (namespace, key) => (await readLimit(store, { namespace, key }, shards)).map(limitLineOf),
    set: (name, setting) => change(name, { name: 'set', ...setting }),
    reset: (name) => change(name, { name: 'reset' }),
  };
}

export function redisSecrets({ secrets: { vault, ensureKey } }: Engine): StoredSecrets {
  return {
    async list(namespace) {
      const entries = await vault.list(namespace);
      return entries.map(({ changedAt, ...entry }) => ({
        ...entry,
        changed_at: new Date(changedAt).toISOString(),
      }));
    },
    ensureKey,
    set: (namespace, name, value) => vault.set(namespace, name, value),
    remove: (namespace, name) => vault.remove(namespace, name),
  };
}

export function redisTokens({ tokens, clock }: Engine): Tokens {
  return {
    list: async () => (await tokens.list()).map(tokenLineOf),
    async create({ name, grants, expiresIn }) {
      const expiry = expiresIn === undefined ? {} : { expiresAt: clock.now() + expiresIn };
      const createdBy = userName() ?? 'unknown';
      const { text, record } = await tokens.create({ name, grants, createdBy, ...expiry });
      return { token: text, ...tokenLineOf(record) };
    },
    async revoke(subject) {
      const { id, name } = await tokens.revoke(subject);
      return { id, name };
    },
  };
}
