/**
 * What makes two pieces of work the same, for `cache`: the key that the author gives, and all that the work is given anyway:
 * action, options, environment, item, files from other tasks. An author who forgets to name an input in the key gets a needless
 * run, never a wrong result. What belongs to one run only (ids, times) is not in it, nor are the values of secrets.
 */
import { createHash } from 'node:crypto';
import { resolveTemplate, type Scope } from './expression/index.ts';
import { canonicalJson, type Json } from './json.ts';
import type { PlanCache } from './plan.ts';
import type { Ticket, TicketCache } from './ticket.ts';

/** @param item tells apart the nodes of a task that do other work. @throws EvaluationError */
export function cacheOf(ticket: Ticket, cache: PlanCache, scope: Scope, item: Json): TicketCache {
  const key = resolveTemplate(cache.key, scope);
  return {
    key: createHash('sha256')
      .update(canonicalJson([identity(ticket), key, item]))
      .digest('hex'),
    ...(cache.files.length === 0 ? {} : { files: cache.files }),
    ...(cache.ttlMs === undefined ? {} : { ttl_ms: cache.ttlMs }),
  };
}

function identity(ticket: Ticket): Json {
  const { namespace, workflow, task, uses, env, secrets = [], cwd = null, shell = null } = ticket;
  const files = Object.entries(ticket.files ?? {}).map(([path, { sha256 }]) => [path, sha256]);
  // Plain JSON by construction.
  const declared = {
    outputs: ticket.outputs ?? null,
    artifacts: ticket.artifacts ?? null,
  } as unknown as Json;
  return [
    namespace,
    workflow,
    task,
    uses,
    ticket.with,
    env,
    secrets as unknown as Json,
    cwd,
    shell,
    files.sort(),
    declared,
  ];
}
