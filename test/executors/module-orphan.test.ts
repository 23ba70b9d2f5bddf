/** The worker is killed in the middle of a busy loop: nothing of the module may go on. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { aFolder, processesWith, removeFolders } from '../support/execution-context.ts';

afterEach(removeFolders);

const WORKER = `
import { moduleExecutor } from ${JSON.stringify(join(import.meta.dirname, '../../executors/index.ts'))};
export async function work(source, directory, home) {
  const modules = moduleExecutor({ environment: { HOME: home }, module: { cacheDirectory: directory } });
  await modules.run({ file: 'busy.mjs' }, {
    run: 'r', workflow: 'w', task: 't', attempt: 1, logicalTime: '', env: {}, directory, sourceDirectory: source,
    signal: new AbortController().signal, graceMs: 1000, log: { line: (_stream, text) => console.log(text) }, progress() {},
  });
}
`;

it('a busy module ends when its worker is killed', async () => {
  const home = `/home/${randomUUID()}`;
  const source = await aFolder({ 'busy.mjs': `export default () => { console.log('ready'); for (;;); };` });
  const folder = await aFolder({ 'worker.ts': WORKER });
  const start = `import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))};
    const { work } = await createJiti(${JSON.stringify(folder)}).import(${JSON.stringify(join(folder, 'worker.ts'))});
    await work(${JSON.stringify(source)}, ${JSON.stringify(folder)}, ${JSON.stringify(home)});`;
  const worker = spawn(process.execPath, ['--input-type=module', '-e', start], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(worker.stdout), 'line');
  expect(line).toBe('ready');
  const before = await processesWith(home);
  expect(before.filter((pid) => pid !== worker.pid)).toHaveLength(1);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  while ((await processesWith(home)).length > 0) await pause(50);
});
