/** A worker process that takes a ticket, says so, and never ends the work. Argument: JSON of connection and prefix. */
import { createBullTaskQueue } from '../../../engine/bullmq/index.ts';
import { SILENT } from '../../../engine/ports/logger.ts';

const { connection, prefix } = JSON.parse(process.argv[2] ?? '{}');
createBullTaskQueue({ connection, prefix, logger: SILENT }).consume('default', 1, ([ticket]) => {
  process.stdout.write(`holds ${ticket?.task}\n`);
  return new Promise(() => {});
});
