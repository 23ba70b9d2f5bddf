/** The pages of bull-board on an engine, where its operator wants them. */
import { createQueueViewer } from '../../engine/bullmq/index.ts';
import { createBullBoard } from '../../server/bull-board.ts';
import type { Mount } from '../../server/mount.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';
import type { Engine } from './engine.ts';

export interface BoardPages {
  readonly mounts: readonly Mount[];
  close(): Promise<void>;
}

/** @throws CliFailure when they are wanted and bull-board is not installed */
export async function bullBoardPages({ settings }: Host, engine: Engine): Promise<BoardPages> {
  if (!settings.showsBullBoard) return { mounts: [], close: async () => {} };
  const { membership, queueConnection: connection, prefix, logger } = engine;
  const viewer = createQueueViewer({ connection, prefix, logger });
  const mount = await createBullBoard({ membership, open: (name) => viewer.open(name) });
  if (mount !== undefined) return { mounts: [mount], close: () => viewer.close() };
  await viewer.close();
  throw usageFailure(
    'SLUICE_API_BULL_BOARD (api.bull_board) is on, and bull-board is not installed beside Sluice: npm install @bull-board/api @bull-board/hono',
  );
}
