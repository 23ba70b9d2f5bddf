/** Logs in a folder: the contract, a second writer, and what a crash leaves. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDirectoryLogStore } from '../../../../engine/runtime/files/directory-log-store.ts';
import { logStoreContract } from '../../../contract/log-store.ts';

const RUN = '01J8ZQ4T9W0000000000000000';
const NAME = { run: RUN, node: 0, attempt: 1 };
const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-logs-'));
  folders.push(path);
  return path;
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

afterEach(() => folders.splice(0).forEach(remove));

logStoreContract('folder', async (settings) => {
  const root = folder();
  return { logs: createDirectoryLogStore(root, settings), close: async () => remove(root) };
});

describe('logs in a folder', () => {
  const line = (text: string) => ({ at: 1, stream: 'stdout' as const, text });

  it('go on with their numbers when another worker writes on', async () => {
    const root = folder();
    await createDirectoryLogStore(root).append(NAME, [line('one'), line('two')]);
    await createDirectoryLogStore(root).append(NAME, [line('three')]);
    const lines = await createDirectoryLogStore(root).read(NAME, '1', 10);
    expect(lines.map(({ id, text }) => `${id} ${text}`)).toEqual(['2 two', '3 three']);
  });

  it('are read past a line that a crash has cut off', async () => {
    const root = folder();
    await createDirectoryLogStore(root).append(NAME, [line('one')]);
    appendFileSync(join(root, RUN, '0-1.log'), '2\t1\to\t"cut');
    const logs = createDirectoryLogStore(root);
    expect((await logs.read(NAME, '0', 10)).map(({ text }) => text)).toEqual(['one']);
    await logs.append(NAME, [line('two')]);
    await logs.append(NAME, [line('three')]);
    expect((await logs.read(NAME, '0', 10)).map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('can be read by their user only, and go with their run', async () => {
    const root = folder();
    const logs = createDirectoryLogStore(root);
    await logs.append(NAME, [line('one')]);
    expect(statSync(join(root, RUN, '0-1.log')).mode & 0o077).toBe(0);
    expect(readFileSync(join(root, RUN, '0-1.log'), 'utf8')).toBe('1\t1\to\t"one"\n');
    await logs.remove?.(RUN);
    expect(readdirSync(root)).toEqual([]);
  });

  it('are never asked for outside their folder', async () => {
    const logs = createDirectoryLogStore(folder());
    await expect(logs.append({ ...NAME, run: '../../etc' }, [line('x')])).rejects.toThrow('no run id');
    await expect(logs.read({ ...NAME, run: '..' }, '0', 1)).rejects.toThrow('no run id');
  });
});
