/**
 * Ends the child's whole process group when the worker is gone, even when it was killed and user code never returns to
 * the event loop: a thread looks once a second whether the parent is still the same.
 */
import { Worker } from 'node:worker_threads';

const WATCH = `
const { workerData: parent } = require('node:worker_threads');
setInterval(() => { if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL'); }, 1000);
`;

export function endWithParent(): void {
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  // The parent's id is read here: the thread may begin only after the parent's end. No flags of the process (`-e`) pass.
  new Worker(WATCH, { eval: true, env: {}, execArgv: [], workerData: process.ppid }).unref();
}
