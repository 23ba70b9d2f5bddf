/** A limit as the public contract has it. */
import { disagreementOf } from '../engine/core/limit/declared.ts';
import type { Declaration, LimitEntry } from '../engine/core/limit/document.ts';
import type { LimitView } from '../engine/runtime/client/limit-view.ts';
import type { LimitLine } from './contract/limits.ts';

export function limitLineOf(view: LimitView): LimitLine {
  const { namespace, key, kind, definition, usedUnits, freeAt } = view;
  const disagreement = disagreementOf(view.definition);
  return {
    namespace,
    key,
    kind,
    limit: definition?.limit ?? null,
    per_ms: definition?.perMs ?? null,
    set_by: definition?.by === 'operator' ? (definition.name ?? 'operator') : null,
    declared: definition?.declared ? toDeclaration(definition.declared) : null,
    differs: disagreement ? toDeclaration(disagreement[1]) : null,
    used: kind === 'rate' ? usedUnits : view.holders.length,
    free_at: freeAt === undefined ? null : new Date(freeAt).toISOString(),
    holders: view.holders.map(toEntry),
    waiters: view.waiters.map(toEntry),
  };
}

function toDeclaration({ workflow, limit, perMs }: Declaration): NonNullable<LimitLine['declared']> {
  return { workflow, limit, per_ms: perMs ?? null };
}

function toEntry({ run, workflow, label, since, cost }: LimitEntry): LimitLine['holders'][number] {
  const node = label === '' ? null : label;
  return { run, workflow, node, since: new Date(since).toISOString(), units: cost };
}
