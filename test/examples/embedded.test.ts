/** The example of a program, as somebody has it who installed the package: no Redis, no settings, a folder of its own. */
import { spawn } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { REDIS_CACHE } from '../support/redis-cache.ts';
import { ROOT } from './example.ts';
import { type CommandEnd, inEmptyFolder, runSluice } from './sluice-command.ts';

const PACKAGE = { name: 'sluice', type: 'module', exports: { './sdk': './sdk.js' } };

it('examples/embedded/program.mjs runs its workflow in its own process, and the command line finds the run', {
  timeout: 60_000,
}, async () => {
  await inEmptyFolder(async (folder) => {
    await install(folder);
    await cp(join(ROOT, 'examples', 'embedded', 'program.mjs'), join(folder, 'program.mjs'));
    const { code, stdout, stderr } = await runProgram(folder);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ names: ['haiku', 'couplet'], words: [13, 20], longest: 20 });
    expect(stderr).toContain('count[1] succeeded');
    expect((await runSluice(folder, ['list'])).stdout).toMatch(/longest-poem +✓? *succeeded/);
  });
});

/** What `npm install sluice` would leave behind. */
async function install(folder: string): Promise<void> {
  const place = join(folder, 'node_modules', 'sluice');
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'package.json'), JSON.stringify(PACKAGE));
  const built = pathToFileURL(join(ROOT, 'dist', 'sdk', 'index.js')).href;
  await writeFile(join(place, 'sdk.js'), `export * from '${built}';\n`);
}

function runProgram(folder: string): Promise<CommandEnd> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, XDG_CACHE_HOME: dirname(REDIS_CACHE) };
  const child = spawn(process.execPath, ['program.mjs'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
