import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('a process whose Redis was never there can close the queue and end by itself', async () => {
  const script = fileURLToPath(new URL('./lonely-worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'jiti/register', script], { timeout: 15_000 });
  const said: string[] = [];
  child.stdout.on('data', (text) => said.push(String(text)));
  child.stderr.on('data', (text) => said.push(String(text)));
  const [code] = await once(child, 'exit');
  expect({ code, said: said.join('') }).toEqual({ code: 0, said: 'closed\n' });
});
