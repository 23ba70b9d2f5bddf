/** Membership on Redis: leases by Redis' own clock, so that members need not agree about the time. */
import { LEFT_MS, type LoadReport, type Membership, type WorkerInfo } from '../ports/membership.ts';
import type { Connections } from './connection.ts';
import { createScripts } from './scripts.ts';

type Role = 'orchestrators' | 'workers' | 'queues' | 'loads' | 'left';

export function createRedisMembership(connections: Connections): Membership {
  const { keys, call } = connections;
  const scripts = createScripts(connections);
  const announce = async (role: Role, id: string, ttlMs: number, info: unknown) => {
    await scripts.announce([keys.members(role), keys.memberInfos(role)], [id, ttlMs, JSON.stringify(info)]);
  };
  const list = async (role: Role): Promise<unknown[]> => {
    const infos = await scripts.members([keys.members(role), keys.memberInfos(role)], []);
    return infos.flatMap((info) => (info === null ? [] : [JSON.parse(info)]));
  };
  return {
    announceOrchestrator: (id, ttlMs) => announce('orchestrators', id, ttlMs, id),
    orchestrators: async () => ((await list('orchestrators')) as string[]).sort(),
    announceWorker: (worker, ttlMs) => announce('workers', worker.session, ttlMs, worker),
    async workers() {
      const workers = (await list('workers')) as WorkerInfo[];
      return workers.sort((a, b) => (a.session < b.session ? -1 : 1));
    },
    async announceQueues(names, ttlMs) {
      await Promise.all(names.map((name) => announce('queues', name, ttlMs, name)));
    },
    announcedQueues: async () => ((await list('queues')) as string[]).sort(),
    announceLoad: (id, load, ttlMs) => announce('loads', id, ttlMs, load),
    loads: async () => (await list('loads')) as LoadReport[],
    left: async () => (await list('left')) as string[],
    async leave(id) {
      await announce('left', id, LEFT_MS, id);
      const roles: readonly Role[] = ['orchestrators', 'workers', 'loads'];
      await Promise.all(
        roles.flatMap((role) => [
          call('zrem', [keys.members(role), id]),
          call('hdel', [keys.memberInfos(role), id]),
        ]),
      );
    },
  };
}
