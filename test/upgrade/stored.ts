/** All that is in a Redis as JSON, of any version's Redis and readable by eye where it is text; and back, also under another prefix. */
import type { Redis } from 'ioredis';

/** Text, or bytes that are none. */
type Bytes = string | { readonly base64: string };

interface StoredKey {
  readonly key: string;
  readonly type: 'string' | 'hash' | 'set' | 'zset' | 'list' | 'stream';
  /** ms that it had left; absent when it stays. */
  readonly leftMs?: number;
  /** Fields and values, members and scores, ids and fields: flat, as the command that writes them takes them. */
  readonly values: readonly (Bytes | readonly Bytes[])[];
  /** Of a stream. */
  readonly lastId?: string;
}

export interface StoredState {
  /** Of Sluice. */
  readonly version: string;
  /** Begins every key. */
  readonly prefix: string;
  /** What was going on, by the name of the workflow: ids of runs. */
  readonly runs: { readonly [workflow: string]: readonly string[] };
  readonly keys: readonly StoredKey[];
}

/** Nothing may be written meanwhile. */
export async function readKeys(client: Redis): Promise<StoredKey[]> {
  const names = (await client.keysBuffer('*')).map(String).sort();
  const found: StoredKey[] = [];
  for (const key of names) found.push(await readKey(client, key));
  return found;
}

/** @param prefix instead of the one that it was written with */
export async function writeKeys(client: Redis, state: StoredState, prefix: string): Promise<void> {
  const line = client.pipeline();
  for (const stored of state.keys) {
    if (!stored.key.includes(state.prefix)) throw new Error(`The key ${stored.key} is not one of Sluice's.`);
    const key = stored.key.replace(state.prefix, prefix);
    for (const [name, ...words] of commandsFor(stored)) line.call(name, key, ...words);
    if (stored.leftMs !== undefined) line.pexpire(key, stored.leftMs);
  }
  for (const [error] of (await line.exec()) ?? []) if (error) throw error;
}

async function readKey(client: Redis, key: string): Promise<StoredKey> {
  const type = (await client.type(key)) as StoredKey['type'];
  const left = await client.pttl(key);
  const rest = left < 0 ? {} : { leftMs: left };
  if (type !== 'stream') return { key, type, ...rest, values: await valuesOf(client, key, type) };
  const facts = (await client.call('XINFO', 'STREAM', key)) as unknown[];
  if (Number(facts[facts.indexOf('groups') + 1]) > 0) throw new Error(`${key} has consumer groups.`);
  const entries = await client.xrangeBuffer(key, '-', '+');
  const lastId = String(facts[facts.indexOf('last-generated-id') + 1]);
  return { key, type, ...rest, values: entries.map(([id, words]) => [id, ...words].map(bytesOf)), lastId };
}

async function valuesOf(client: Redis, key: string, type: string): Promise<Bytes[]> {
  if (type === 'string') return [bytesOf((await client.getBuffer(key)) ?? Buffer.alloc(0))];
  const command = {
    hash: ['HGETALL'],
    set: ['SMEMBERS'],
    zset: ['ZRANGE', '0', '-1', 'WITHSCORES'],
    list: ['LRANGE', '0', '-1'],
  }[type];
  if (command === undefined) throw new Error(`${key} is a ${type}.`);
  const [name = '', ...words] = command;
  return ((await client.callBuffer(name, key, ...words)) as Buffer[]).map(bytesOf);
}

function* commandsFor({ type, values, lastId }: StoredKey): Generator<[string, ...(string | Buffer)[]]> {
  const flat = values.flatMap((value) => (isMany(value) ? value : [value])).map(bufferOf);
  if (type === 'string') yield ['SET', ...flat];
  if (type === 'hash') yield ['HSET', ...flat];
  if (type === 'set') yield ['SADD', ...flat];
  if (type === 'list') yield ['RPUSH', ...flat];
  if (type === 'zset')
    for (let at = 0; at < flat.length; at += 2) yield ['ZADD', flat[at + 1] ?? '', flat[at] ?? ''];
  if (type !== 'stream' || lastId === undefined) return;
  for (const entry of values) if (isMany(entry)) yield ['XADD', ...entry.map(bufferOf)];
  if (values.length === 0) {
    yield ['XADD', lastId, 'none', ''];
    yield ['XDEL', lastId];
  } else yield ['XSETID', lastId];
}

function isMany(value: Bytes | readonly Bytes[]): value is readonly Bytes[] {
  return Array.isArray(value);
}

function bytesOf(found: Buffer): Bytes {
  const text = found.toString('utf8');
  return Buffer.from(text).equals(found) ? text : { base64: found.toString('base64') };
}

function bufferOf(value: Bytes): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64');
}
