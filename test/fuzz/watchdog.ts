/** Ends the process, and says on which input, when one takes 20 s: nothing in the same thread could. */
import { Worker } from 'node:worker_threads';

const CODE = `
const { parentPort } = require('node:worker_threads');
let last = { from: 'the beginning', input: '', at: Date.now() };
parentPort.on('message', ({ from, input }) => { last = { from, input, at: Date.now() }; });
setInterval(() => {
  if (Date.now() - last.at < 20000) return;
  require('node:fs').writeSync(1, 'HANG: ' + last.from + '\\n' + JSON.stringify(last.input.slice(0, 2000)) + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000).unref();
`;

export interface Watchdog {
  readonly note: (from: string, input: string) => void;
  stop(): Promise<void>;
}

export function watchForHangs(): Watchdog {
  const worker = new Worker(CODE, { eval: true });
  worker.unref();
  return {
    note: (from, input) => worker.postMessage({ from, input }),
    stop: async () => void (await worker.terminate()),
  };
}
