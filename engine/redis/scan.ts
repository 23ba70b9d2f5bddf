/** Reads sets and hashes of any size in pieces, so that no single command blocks Redis. */
import type { Connections } from './connection.ts';
import type { StoreContext } from './store-context.ts';

const PIECE = 1_000;
/** Where all there is is gone through beside working roles: half a millisecond of Redis. */
export const SMALL_PIECE = 250;

/** Text as a pattern of Redis that it alone fits. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, (sign) => `\\${sign}`);
}

/** Names of keys that fit the pattern, of all servers, in pieces. One that comes or goes meanwhile may be in or not; one may come twice. */
export async function* scanKeys(
  { servers }: Pick<Connections, 'servers'>,
  pattern: string,
): AsyncGenerator<readonly string[]> {
  for (const { call } of servers()) {
    let cursor = '0';
    do {
      const args = [cursor, 'MATCH', pattern, 'COUNT', SMALL_PIECE];
      const [next, piece] = (await call('scan', args)) as [string, string[]];
      if (piece.length > 0) yield piece;
      cursor = next;
    } while (cursor !== '0');
  }
}

/** Members of a set. One that comes or goes meanwhile may be in or not. */
export async function scanSet(
  context: Pick<StoreContext, 'call'>,
  key: string,
): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  for await (const piece of scan(context, 'sscan', key)) for (const member of piece) members.add(member);
  return members;
}

/** Fields and values of a hash. */
export async function scanHash(
  context: Pick<StoreContext, 'call'>,
  key: string,
): Promise<ReadonlyMap<string, string>> {
  const fields = new Map<string, string>();
  for await (const piece of scan(context, 'hscan', key)) {
    for (let at = 0; at + 1 < piece.length; at += 2) fields.set(piece[at] ?? '', piece[at + 1] ?? '');
  }
  return fields;
}

/** The fields of a hash that begin with the prefix, with their values. One that changes meanwhile is seen once, in either form. */
export async function scanDocuments(
  context: Pick<StoreContext, 'call'>,
  key: string,
  prefix: string,
): Promise<readonly (readonly [field: string, value: string])[]> {
  return [...(await scanHash(context, key))].filter(([field]) => field.startsWith(prefix));
}

export async function* scan(
  context: Pick<StoreContext, 'call'>,
  command: string,
  key: string,
  count: number = PIECE,
): AsyncGenerator<readonly string[]> {
  let cursor = '0';
  do {
    const [next, piece] = (await context.call(command, [key, cursor, 'COUNT', count])) as [string, string[]];
    yield piece;
    cursor = next;
  } while (cursor !== '0');
}
