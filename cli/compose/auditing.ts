/** Who stands in the audit log for commands that work directly on Redis, and how much of it is kept. */
import type { Acting } from '../../engine/runtime/client/audited-stores.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import { userName } from '../user-name.ts';

export function userActing(): Acting {
  return { who: { kind: 'user', name: userName() ?? 'unknown' } };
}

/** @throws CliFailure for a SLUICE_AUDIT_KEEP that is no number */
export function auditKeep({ settings: { auditKeep: text } }: Host): { readonly keep?: number } {
  if (text === undefined) return {};
  if (/^[1-9]\d{0,8}$/.test(text)) return { keep: Number(text) };
  throw usageFailure(
    `SLUICE_AUDIT_KEEP (audit_keep) is ${JSON.stringify(text)}; write how many records are kept, such as 100000.`,
  );
}
