/**
 * The constants as they were measured last by `npm run bench:capacity -- --measure`: AMD EPYC, 2 cores shared with other work (load 8 to
 * 13), Node 20.20.2, Redis 7.0.15, bullmq 6.7.0, over a Unix socket; processor times are therefore rather too high. `hopMs` is that
 * of a data centre, set by hand.
 */
import type { Costs } from './costs.ts';

export const RECORDED: Costs = {
  orchestrator: { commitMs: 0.62, nodeMs: 0.27, idle: 0.0063, idleByWorker: 0.000036 },
  worker: { nodeMs: 0.43, idle: 0.001 },
  redis: {
    commitMs: 0.4,
    nodeMs: 0.17,
    idle: 0.0011,
    idleByWorker: 0.00015,
    beatMs: 0.019,
    commandsByNode: 49,
    commandsByWorker: 18,
    bytesByNode: 5_600,
    connectionsByOrchestrator: 3,
    connectionsByWorker: 4,
    keptByNode: 600,
  },
  hopMs: 0.25,
};
