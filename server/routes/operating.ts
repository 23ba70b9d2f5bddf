/** Limits, workers, queues and secrets. */
import type { LimitKind } from '../../engine/core/limit/address.ts';
import { changeLimit, readLimit, readLimits } from '../../engine/runtime/client/limit-view.ts';
import { limitLineOf } from '../limit-line.ts';
import {
  listLimits,
  listQueues,
  listSecrets,
  listWorkers,
  removeSecret,
  resetLimit,
  setLimit,
  setSecret,
} from '../operations/operating.ts';
import type { ServerParts } from '../parts.ts';
import { RequestFailure } from '../problem.ts';
import { queueLinesOf, workerLineOf } from '../queue-line.ts';
import { route } from '../route.ts';
import { secretLineOf } from './secret-line.ts';

export const operatingRoutes = [
  route(listLimits)(async ({ params: { namespace }, query: { key } }, { store, shards }) => {
    const all =
      key === undefined
        ? await readLimits(store, shards)
        : await readLimit(store, { namespace, key }, shards);
    const own = all.filter((one) => one.namespace === namespace);
    return { body: { format: 1, limits: own.map(limitLineOf) } };
  }),

  route(setLimit)(async ({ params, body: { kind, limit, per_ms, by: told }, by }, parts) => {
    const perMs = await windowOf(parts, { ...params, kind, perMs: per_ms });
    const who = by ?? told;
    const { before, limit: now } = await changeLimit(
      parts.store,
      { kind, ...params },
      {
        name: 'set',
        limit,
        ...(perMs === undefined ? {} : { perMs }),
        ...(who === undefined ? {} : { by: who }),
        request: parts.newRequestId(),
      },
    );
    return { body: { format: 1, before, limit: now } };
  }),

  route(resetLimit)(async ({ params, query: { kind } }, parts) => {
    const request = parts.newRequestId();
    const { before, limit } = await changeLimit(parts.store, { kind, ...params }, { name: 'reset', request });
    return { body: { format: 1, before, limit } };
  }),

  route(listWorkers)(async (_call, { membership }) => {
    const [orchestrators, workers, loads] = await Promise.all([
      membership.orchestrators(),
      membership.workers(),
      membership.loads(),
    ]);
    return { body: { format: 1, orchestrators, workers: workers.map((one) => workerLineOf(one, loads)) } };
  }),

  route(listQueues)(async (_call, { membership }) => {
    const [workers, loads] = await Promise.all([membership.workers(), membership.loads()]);
    const blocked = loads.reduce((sum, load) => sum + load.blocked, 0);
    return {
      body: { format: 1, queues: queueLinesOf(workers, loads), blocked, reported: loads.length > 0 },
    };
  }),

  route(listSecrets)(async ({ params }, { secrets }) => {
    const entries = await secrets.list(params.namespace);
    return { body: { format: 1, secrets: entries.map(secretLineOf) } };
  }),

  route(setSecret)(async ({ params: { namespace, secret }, body }, { secrets }) => {
    await secrets.set(namespace, secret, body.value);
    return { body: undefined };
  }),

  route(removeSecret)(async ({ params: { namespace, secret } }, { secrets }) => {
    await secrets.remove(namespace, secret);
    return { body: undefined };
  }),
];

interface Wanted {
  readonly namespace: string;
  readonly key: string;
  readonly kind: LimitKind;
  readonly perMs: number | undefined;
}

/** A rate needs its window: given now, or known already. */
async function windowOf({ store, shards }: ServerParts, wanted: Wanted): Promise<number | undefined> {
  const { kind, perMs } = wanted;
  if (kind === 'rate' && perMs === undefined) {
    const known = (await readLimit(store, wanted, shards)).find((one) => one.kind === 'rate');
    if (known?.definition?.perMs === undefined)
      throw refused('is needed: the rate limit is not in use, so its window is not known');
  }
  if (kind !== 'rate' && perMs !== undefined) throw refused('belongs to a rate limit: add `"kind": "rate"`');
  return perMs;
}

function refused(detail: string): RequestFailure {
  const pointer = '/body/per_ms';
  return new RequestFailure('invalid_request', `${pointer} ${detail}.`, { errors: [{ pointer, detail }] });
}
