/** Logs in a bucket of a real S3-compatible server: the contract, lost and late requests, two writers, and what is refused. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LogLine, LogStore } from '../../../engine/ports/log-store.ts';
import { createS3ArtifactStore } from '../../../engine/s3/artifact-store.ts';
import { createS3LogStore, type S3LogStoreOptions } from '../../../engine/s3/log-store.ts';
import { S3Requests } from '../../../engine/s3/requests.ts';
import { logStoreContract } from '../../contract/log-store.ts';
import { type S3Server, s3Server } from '../../support/s3-server.ts';

const RUN = '01J8ZQ4T9W0000000000000000';
const NAME = { run: RUN, node: 0, attempt: 1 };
let server: S3Server;
let raw: S3Requests;
let prefixes = 0;

beforeAll(async () => {
  server = await s3Server();
  const use = {
    noun: 'bucket',
    settings: '',
    rights: '',
    unreachable: 'internal',
    refused: 'internal',
  } as const;
  raw = new S3Requests(server.place, use, 10_000);
});
afterEach(() => {
  server.fault = () => undefined;
});
afterAll(() => server.close());

const line = (text: string) => ({ at: 1, stream: 'stdout' as const, text });
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => line(`line ${from + i}`));

/** A place of its own in the bucket, and stores that know nothing of each other. */
function aPlace() {
  const prefix = `logs${prefixes++}`;
  const open = (change: Partial<S3LogStoreOptions> = {}) =>
    createS3LogStore({ ...server.place, prefix, ...change });
  const names = () => server.names(`${prefix}/`);
  return { prefix, open, names };
}

async function textOf(logs: LogStore, from = '0'): Promise<string[]> {
  return (await logs.read(NAME, from, 100_000)).map(({ id, text }) => `${id} ${text}`);
}

const expected = (to: number) => Array.from({ length: to }, (_, i) => `${i + 1} line ${i + 1}`);
const isPut = ({ method }: { readonly method?: string | undefined }) => method === 'PUT';

logStoreContract('S3', async (settings) => ({ logs: aPlace().open(settings), close: async () => {} }));

describe('logs in a bucket', () => {
  it('are objects whose names say what is in them', async () => {
    const { prefix, open, names } = aPlace();
    const logs = open();
    await logs.append(NAME, [line('one'), line('twö')]);
    const [name = ''] = await names();
    expect(name).toMatch(new RegExp(`^${prefix}/${RUN}/0-1/000000000001-[0-9a-f]{12}-000000000002-7\\.log$`));
    const reply = await raw.send({ method: 'GET', object: name });
    expect(Buffer.from(reply?.bytes ?? []).toString()).toBe('1\t1\to\t"one"\n2\t1\to\t"twö"\n');
  });

  it('do not fall into an object for each line', async () => {
    const { open, names } = aPlace();
    const logs = open();
    const lines = numbered(1, 60).map(({ text }) => line(`${text} ${'x'.repeat(1_000)}`));
    for (const one of lines) await logs.append(NAME, [one]);
    expect((await names()).length).toBeLessThanOrEqual(5);
    const read = await open().read(NAME, '0', 100);
    expect(read.map(({ text }) => text)).toEqual(lines.map(({ text }) => text));
  });

  it('go on with their numbers when another worker writes on', async () => {
    const { open } = aPlace();
    await open().append(NAME, numbered(1, 2));
    await open().append(NAME, numbered(3, 3));
    expect(await textOf(open())).toEqual(expected(3));
    expect(await textOf(open(), '2')).toEqual(['3 line 3']);
  });

  it('lose no line where two workers write at once, and number each once', async () => {
    const { open } = aPlace();
    const [old, fresh] = [open(), open()];
    await old.append(NAME, numbered(1, 10));
    await fresh.append(NAME, [line('fresh 1')]);
    await old.append(NAME, [line('late')]);
    await fresh.append(NAME, [line('fresh 2')]);
    const lines = await open().read(NAME, '0', 100);
    expect(lines.map(({ id }) => Number(id))).toEqual(lines.map((_, i) => i + 1));
    expect(lines.map(({ text }) => text).sort()).toEqual(
      [...numbered(1, 10).map(({ text }) => text), 'fresh 1', 'fresh 2', 'late'].sort(),
    );
    expect(await textOf(open(), '11')).toHaveLength(2);
  });

  it.each([
    ['small', 1],
    ['large', 5_000],
  ])('have each line once when the answer to a %s batch was lost', async (_, length) => {
    const { open } = aPlace();
    const logs = open();
    const batches = [0, 1, 2].map((i) => numbered(i * 10 + 1, i * 10 + 10));
    const wide = batches.map((batch) => batch.map(({ text }) => line(text.padEnd(length))));
    for (const batch of wide) {
      server.fault = (request) => (isPut(request) ? 'lost' : undefined);
      await expect(logs.append(NAME, batch)).rejects.toMatchObject({ code: 'logs_unreachable' });
      server.fault = () => undefined;
      await logs.append(NAME, batch);
    }
    expect((await textOf(open())).map((text) => text.trimEnd())).toEqual(expected(30));
  });

  it('have each line once when others follow those whose answer was lost', async () => {
    const { open } = aPlace();
    const logs = open();
    await logs.append(NAME, numbered(1, 5));
    server.fault = (request) => (isPut(request) ? 'lost' : undefined);
    await expect(logs.append(NAME, numbered(6, 9))).rejects.toThrow();
    server.fault = () => undefined;
    await logs.append(NAME, numbered(10, 12));
    expect(await textOf(open())).toEqual(expected(12));
  });

  it('have what the bucket did not hear once it is told again', async () => {
    const { open } = aPlace();
    const logs = open();
    server.fault = () => 'away';
    await expect(logs.append(NAME, numbered(1, 5))).rejects.toMatchObject({ code: 'logs_unreachable' });
    await expect(logs.read(NAME, '0', 10)).rejects.toMatchObject({ code: 'logs_unreachable' });
    server.fault = () => undefined;
    await logs.append(NAME, numbered(1, 5));
    expect(await textOf(open())).toEqual(expected(5));
  });

  it('are not changed by a request that arrives late', async () => {
    const { open, names } = aPlace();
    const logs = open();
    const late = new Map<string, Uint8Array>();
    for (let i = 1; i <= 10; i++) {
      await logs.append(NAME, [line(`line ${i}`)]);
      for (const name of await names())
        late.set(name, (await raw.send({ method: 'GET', object: name }))?.bytes ?? new Uint8Array());
    }
    expect(late.size).toBe(10);
    for (const [object, body] of late) await raw.send({ method: 'PUT', object, body });
    expect(await textOf(open())).toEqual(expected(10));
    await open().append(NAME, numbered(11, 11));
    expect(await textOf(open())).toEqual(expected(11));
  });

  it('are read whole while they are written', async () => {
    const { open } = aPlace();
    const [writer, reader] = [open(), open()];
    const seen: LogLine[] = [];
    let isWritten = false;
    const read = async () => {
      for (let wasWritten = false; !wasWritten; ) {
        wasWritten = isWritten;
        seen.push(...(await reader.read(NAME, seen.at(-1)?.id ?? '0', 1_000)));
      }
    };
    const write = async () => {
      for (let i = 1; i <= 60; i++) await writer.append(NAME, [line(`line ${i}`)]);
      isWritten = true;
    };
    await Promise.all([read(), write()]);
    expect(seen.map(({ id, text }) => `${id} ${text}`)).toEqual(expected(60));
  });

  it('are looked for again when an object gave way to a larger one meanwhile', async () => {
    const { open } = aPlace();
    const logs = open();
    await logs.append(NAME, numbered(1, 5));
    let gone = 0;
    server.fault = ({ method, url }) =>
      method === 'GET' && url?.includes('.log') && gone++ < 2 ? 'absent' : undefined;
    expect(await textOf(open())).toEqual(expected(5));
    expect(gone).toBe(3);
  });

  it('are bounded for readers also while nothing can be deleted, and in the bucket once it can', async () => {
    const { open, names } = aPlace();
    const logs = open({ maxBytes: 10_000 });
    const wide = (i: number) => [line(`${i}`.padEnd(2_000))];
    server.fault = ({ method }) => (method === 'POST' ? 'refused' : undefined);
    for (let i = 1; i <= 20; i++) await logs.append(NAME, wide(i));
    expect((await names()).length).toBe(20);
    const ids = async () =>
      (await open({ maxBytes: 10_000 }).read(NAME, '0', 100)).map(({ id }) => Number(id));
    expect(await ids()).toEqual([16, 17, 18, 19, 20]);
    server.fault = () => undefined;
    await logs.append(NAME, wide(21));
    expect((await names()).length).toBe(5);
    expect(await ids()).toEqual([17, 18, 19, 20, 21]);
  });

  it('are got once by a reader that goes through them page by page', async () => {
    const { open } = aPlace();
    await open().append(NAME, numbered(1, 1_000));
    const logs = open();
    const before = server.requests.length;
    const read: string[] = [];
    for (let after = '0'; read.length < 1_000; after = read.at(-1)?.split(' ')[0] ?? '0')
      read.push(...(await logs.read(NAME, after, 100)).map(({ id, text }) => `${id} ${text}`));
    expect(read).toEqual(expected(1_000));
    const got = server.requests.slice(before).filter((request) => request.includes('.log'));
    expect(got.length).toBe(1);
  });

  it('go with their run, page by page, and nothing else does', async () => {
    const { prefix, open, names } = aPlace();
    const logs = open();
    const artifacts = createS3ArtifactStore({ ...server.place, prefix });
    await artifacts.put(RUN, 'task/hash/0-1.log', Uint8Array.of(1));
    await artifacts.put(RUN, '0-1/notes.log', Uint8Array.of(1));
    await logs.append({ ...NAME, run: '01J8ZQ4T9W0000000000000001' }, [line('other')]);
    const nodes = Array.from({ length: 250 }, (_, node) => node);
    while (nodes.length > 0)
      await Promise.all(nodes.splice(0, 50).map((node) => logs.append({ ...NAME, node }, [line('one')])));
    expect((await names()).length).toBe(253);
    await logs.remove?.(RUN);
    expect(
      (await names()).map((name) => name.replace(/^[^/]+\//, '').replace(/-[0-9a-f]{12}-/, '-')),
    ).toEqual([
      `${RUN}/0-1/notes.log`,
      `${RUN}/task/hash/0-1.log`,
      '01J8ZQ4T9W0000000000000001/0-1/000000000001-000000000001-5.log',
    ]);
    await logs.append(NAME, [line('again')]);
    expect(await textOf(logs)).toEqual(['1 again']);
  }, 60_000);

  it('are never asked for outside their folder', async () => {
    const logs = aPlace().open();
    await expect(logs.append({ ...NAME, run: '../../etc' }, [line('x')])).rejects.toThrow('no run id');
    await expect(logs.read({ ...NAME, run: '..' }, '0', 1)).rejects.toThrow('no run id');
    await expect(logs.remove?.('')).rejects.toThrow('no run id');
  });

  it.each([
    ['a wrong secret', { secretAccessKey: 'canary' }, 'SLUICE_S3_SECRET_ACCESS_KEY'],
    ['a bucket that is not there', { bucket: 'nothing-here' }, '`--logs` or SLUICE_LOGS'],
  ])('are refused with %s, and it is said what to do', async (_, change, advice) => {
    const logs = aPlace().open(change);
    const refused = { code: 'logs_refused', message: expect.stringContaining(advice) };
    await expect(logs.append(NAME, [line('x')])).rejects.toMatchObject(refused);
    await expect(logs.read(NAME, '0', 1)).rejects.toMatchObject(refused);
    await expect(logs.remove?.(RUN)).rejects.toMatchObject(refused);
    const error = await logs.read(NAME, '0', 1).catch((thrown: unknown) => thrown);
    expect(`${error instanceof Error ? error.stack : ''}`).not.toContain('canary');
  });
});
