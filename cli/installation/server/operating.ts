/** Limits, secrets, tokens, the audit log and notifications, through a server. */
import type { AuditRecord } from '../../../engine/core/audit/record.ts';
import { findToken } from '../../../engine/runtime/client/access-tokens.ts';
import { listAudit, verifyAudit } from '../../../server/operations/audit.ts';
import { listAllLimits, listAllSecrets } from '../../../server/operations/everywhere.ts';
import {
  listLimits,
  listSecrets,
  removeSecret,
  resetLimit,
  setLimit,
  setSecret,
} from '../../../server/operations/operating.ts';
import { createToken, listTokens, revokeToken } from '../../../server/operations/tokens.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { Limits } from '../limits.ts';
import type { StoredSecrets } from '../secrets.ts';
import type { Tokens } from '../tokens.ts';
import type { ServerApi } from './api.ts';

/** Records of one request. */
const MAX_RECORDS = 1_000;

export function serverLimits(api: ServerApi): Limits {
  return {
    async list(namespace) {
      const { limits } =
        namespace === undefined
          ? await api.read(listAllLimits)
          : await api.read(listLimits, { params: { namespace } });
      return limits;
    },
    ofKey: async (namespace, key) =>
      (await api.read(listLimits, { params: { namespace }, query: { key } })).limits,
    async set({ kind, namespace, key }, { limit, perMs, by }) {
      const body = {
        kind,
        limit,
        ...(perMs === undefined ? {} : { per_ms: perMs }),
        ...(by === undefined ? {} : { by }),
      };
      const { before, limit: now } = await api.read(setLimit, { params: { namespace, key }, body });
      return { before, limit: now };
    },
    async reset({ kind, namespace, key }) {
      const { before, limit } = await api.read(resetLimit, { params: { namespace, key }, query: { kind } });
      return { before, limit };
    },
  };
}

export function serverSecrets(api: ServerApi): StoredSecrets {
  return {
    async list(namespace) {
      if (namespace === undefined) return (await api.read(listAllSecrets)).secrets;
      const { secrets } = await api.read(listSecrets, { params: { namespace } });
      return secrets.map((one) => ({ ...one, namespace }));
    },
    // The key is the server's.
    ensureKey: () => undefined,
    set: (namespace, secret, value) =>
      api.read(setSecret, { params: { namespace, secret }, body: { value } }),
    remove: (namespace, secret) => api.read(removeSecret, { params: { namespace, secret } }),
  };
}

export function serverTokens(api: ServerApi): Tokens {
  const list = async () => (await api.read(listTokens)).tokens;
  return {
    list,
    async create({ name, grants, expiresIn }) {
      const body = {
        name,
        grants: { ...grants },
        ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
      };
      const { token, ...line } = await api.read(createToken, { body });
      return { token, ...line };
    },
    async revoke(subject) {
      const { id, name } = findToken(await list(), subject);
      await api.read(revokeToken, { params: { token: id } });
      return { id, name };
    },
  };
}

export function serverAudit(api: ServerApi): AuditTrail {
  return {
    async list({ limit, ...wanted }) {
      const records: AuditRecord[] = [];
      for (let cursor: string | null | undefined; cursor !== null && records.length < limit; ) {
        const query = {
          ...wanted,
          limit: String(Math.min(MAX_RECORDS, limit - records.length)),
          ...(cursor === undefined ? {} : { cursor }),
        };
        const page: { readonly records: readonly unknown[]; readonly next: string | null } = await api.read(
          listAudit,
          { query },
        );
        records.push(...(page.records as readonly AuditRecord[]));
        cursor = page.next;
      }
      return records;
    },
    async verify(noted) {
      const query = noted === undefined ? {} : { noted: `${noted.n}:${noted.hash}` };
      const { records, head, anchor, problems } = await api.read(verifyAudit, { query });
      return { records, head, anchor, problems };
    },
  };
}
