/**
 * A role of chaos as a process of its own: `main.js orchestrator|worker`. It is composed as the SDK composes it, with a ledger,
 * failpoints, and a clock that can be set wrong. It ends with its parent: that one holds the other end of stdin, through which
 * it also says `clock MS` (sets the clock off by so much).
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import type { Logger } from '../../../engine/ports/logger.ts';
import { createLocalWorkspace } from '../../../engine/runtime/files/local-workspace.ts';
import { createOrchestrator } from '../../../engine/runtime/orchestrator/orchestrator.ts';
import { createWorker } from '../../../engine/runtime/worker.ts';
import { builtinExecutors } from '../../../executors/index.ts';
import { type EngineParts, openParts } from '../../../sdk/engine-parts.ts';
import { engineActions } from '../../../sdk/roles.ts';
import { failpoint } from './failpoint.ts';
import { watchful } from './unanswered.ts';
import { ChaosWork } from './work.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    redis: { type: 'string', default: '' },
    ledger: { type: 'string', default: '' },
    name: { type: 'string', default: '' },
    slots: { type: 'string', default: '8' },
    mark: { type: 'string' },
  },
});

/** A sentence a line, for the log of this process. */
const logger: Logger = { debug: () => {}, info: say, warn: say, error: say };

function say(message: string, fields?: object): void {
  process.stderr.write(`${new Date().toISOString()} ${message} ${JSON.stringify(fields ?? {})}\n`);
}

/** Everything in this process reads the clock here, also BullMQ. */
const trueNow = Date.now.bind(Date);
let offMs = 0;
Date.now = () => trueNow() + offMs;

// The parent gives a pipe, so this is a socket.
const parent = process.stdin as unknown as Socket;
parent.on('error', () => {});
parent.on('close', () => process.kill(process.pid, 'SIGKILL'));
createInterface({ input: parent }).on('line', (line) => {
  const [word, ms] = line.split(' ');
  if (word === 'clock') offMs = Number(ms);
});

const killing = failpoint(process.env['SLUICE_FAILPOINT'], values.mark);
const failing = <T extends object>(port: T): T => killing(watchful(port, say));

async function startOrchestrator(parts: EngineParts): Promise<() => Promise<void>> {
  const queue = openQueue(parts);
  const role = createOrchestrator({
    ...parts,
    store: failing(parts.store),
    membership: failing(parts.membership),
    index: failing(parts.index),
    queue: failing(queue),
    id: `${values.name}:${process.pid}:${randomUUID().slice(0, 8)}`,
    actions: engineActions(),
  });
  await role.start();
  return async () => {
    await role.stop();
    await queue.close();
  };
}

async function startWorker(parts: EngineParts): Promise<() => Promise<void>> {
  const work = new ChaosWork(values.ledger);
  const queue = openQueue(parts);
  const role = createWorker({
    ...parts,
    store: failing(work.watch(parts.store)),
    membership: failing(parts.membership),
    queue: failing(queue),
    workspace: createLocalWorkspace({
      root: mkdtempSync(join(tmpdir(), 'work-')),
      cacheDirectory: join(tmpdir(), 'source'),
      artifacts: parts.artifacts,
      logger,
    }),
    executors: builtinExecutors({ environment: process.env, functions: { chaos: work.run } }),
    session: randomUUID(),
    name: values.name,
    queues: { default: Number(values.slots) },
  });
  await role.start();
  return async () => {
    await role.stop(2_000);
    await queue.close();
  };
}

function openQueue({ queueConnection, prefix }: EngineParts) {
  return createBullTaskQueue({ connection: queueConnection, prefix, logger });
}

/** It may be started into an outage: then it waits for its end, as a supervisor would have it. */
async function open(): Promise<EngineParts> {
  for (;;) {
    try {
      return await openParts({ redis: values.redis, logger });
    } catch (thrown) {
      say('not started yet', { error: String(thrown) });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

const parts = await open();
const stop = await (positionals[0] === 'worker' ? startWorker(parts) : startOrchestrator(parts));
process.stdout.write('ready\n');
process.once('SIGTERM', async () => {
  await stop();
  await parts.close();
  process.exit(0);
});
