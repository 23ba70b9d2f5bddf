import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeSessionDirectory,
  removeDeadSessions,
} from '../../../../engine/runtime/files/session-directory.ts';

const MODULE = join(import.meta.dirname, '../../../../engine/runtime/files/session-directory.ts');
const DAY_MS = 24 * 60 * 60 * 1000;
let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sluice-sessions-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** A session in another process: its folder, and how to kill it. */
async function anotherSession(): Promise<{ readonly name: string; kill(): Promise<void> }> {
  const script = `
    import { createJiti } from ${JSON.stringify(import.meta.resolve('jiti'))};
    const { makeSessionDirectory } = await createJiti(${JSON.stringify(MODULE)}).import(${JSON.stringify(MODULE)});
    console.log(await makeSessionDirectory(${JSON.stringify(parent)}));
    process.stdin.resume();`;
  const session = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(session.stdout.setEncoding('utf8'), 'data');
  return {
    name: basename(String(line).trim()),
    async kill() {
      session.kill('SIGKILL');
      await once(session, 'exit');
    },
  };
}

describe('the folder of a session', () => {
  it('is private, and goes with the first look after its process was killed', async () => {
    const own = await makeSessionDirectory(parent);
    expect((await stat(own)).mode & 0o777).toBe(0o700);
    const other = await anotherSession();
    await mkdir(join(parent, other.name, 'attempt-1'));
    await mkdir(join(parent, other.name, 'attempt-1', 'read-only'), { mode: 0o500 });
    await removeDeadSessions(parent);
    expect((await readdir(parent)).sort()).toEqual([basename(own), other.name].sort());
    await other.kill();
    await removeDeadSessions(parent);
    expect(await readdir(parent)).toEqual([basename(own)]);
  });

  it('goes when its number belongs to another process by now', async () => {
    const own = basename(await makeSessionDirectory(parent));
    const [, , place, pid, start] = own.split('-');
    await mkdir(join(parent, `sluice-work-${place}-${pid}-${Number(start) - 1}-abcDEF`));
    await removeDeadSessions(parent);
    expect(await readdir(parent)).toEqual([own]);
  });

  it('stays when it is of another machine or container, until nothing has happened in it for a week', async () => {
    const [recent, old] = ['sluice-work-00000000-1-1-recent', 'sluice-work-00000000-1-1-longOl'];
    for (const name of [recent, old]) await mkdir(join(parent, name));
    const then = new Date(Date.now() - 8 * DAY_MS);
    await utimes(join(parent, old), then, then);
    await removeDeadSessions(parent);
    expect(await readdir(parent)).toEqual([recent]);
  });

  it('is the only thing that is removed', async () => {
    const other = await anotherSession();
    await other.kill();
    await rm(join(parent, other.name), { recursive: true });
    const target = join(parent, 'target');
    await mkdir(target);
    await writeFile(join(target, 'mine'), '');
    await symlink(target, join(parent, other.name));
    const file = `${other.name.slice(0, -6)}aFile0`;
    await writeFile(join(parent, file), '');
    const names = ['sluice-work-abcDEF', 'sluice-workshop', `${other.name}-mine`, `x${other.name}`];
    for (const name of names) await mkdir(join(parent, name));
    await removeDeadSessions(parent);
    expect((await readdir(parent)).sort()).toEqual([...names, other.name, file, 'target'].sort());
    expect(await readdir(target)).toEqual(['mine']);
  });

  it('is refused where there is no place for it', async () => {
    await expect(makeSessionDirectory(join(parent, 'nowhere'))).rejects.toThrow('ENOENT');
    await expect(removeDeadSessions(join(parent, 'nowhere'))).resolves.toBeUndefined();
  });
});
