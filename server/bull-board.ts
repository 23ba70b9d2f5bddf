/**
 * BullMQ's queues as bull-board shows them, read only: jobs are tickets of the engine, which alone may move them. The packages are
 * not Sluice's; whoever wants this installs them beside it.
 */
import { Hono } from 'hono';
import type { Membership } from '../engine/ports/membership.ts';
import type { Mount } from './mount.ts';
import { queueLinesOf } from './queue-line.ts';

const PATH = '/bull-board';

export interface BullBoardParts {
  readonly membership: Pick<Membership, 'workers' | 'loads'>;
  /** Opens a queue of BullMQ to be looked at. */
  readonly open: (name: string) => Promise<BullQueue>;
}

type BullQueue = ConstructorParameters<typeof import('@bull-board/api/bullMQAdapter')['BullMQAdapter']>[0];

/** Undefined where bull-board is not installed. */
export async function createBullBoard({ membership, open }: BullBoardParts): Promise<Mount | undefined> {
  const installed = await load();
  if (installed === undefined) return undefined;
  const { board, BullMQAdapter, HonoAdapter, serveStatic } = installed;
  const pages = new HonoAdapter(serveStatic).setBasePath(PATH);
  const { addQueue } = board({
    queues: [],
    serverAdapter: pages,
    options: { uiConfig: { boardTitle: 'Queues of BullMQ', hideRedisDetails: true } },
  });
  const app = new Hono().route(PATH, pages.registerPlugin());
  const shown = new Set<string>();
  const showNew = async () => {
    const lines = queueLinesOf(...(await Promise.all([membership.workers(), membership.loads()])));
    for (const { name } of lines) {
      if (shown.has(name)) continue;
      const queue = await open(name);
      if (!shown.has(name)) addQueue(new BullMQAdapter(queue, { readOnlyMode: true }));
      shown.add(name);
    }
  };
  return {
    id: 'bullBoard',
    path: PATH,
    role: 'admin',
    async answer(request) {
      await showNew();
      return app.fetch(request);
    },
  };
}

async function load() {
  try {
    const [{ createBullBoard: board }, { BullMQAdapter }, { HonoAdapter }, { serveStatic }] =
      await Promise.all([
        import('@bull-board/api'),
        import('@bull-board/api/bullMQAdapter'),
        import('@bull-board/hono'),
        import('@hono/node-server/serve-static'),
      ]);
    return { board, BullMQAdapter, HonoAdapter, serveStatic };
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND')
      return undefined;
    throw thrown;
  }
}
