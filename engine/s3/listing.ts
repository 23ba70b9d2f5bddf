/** What a service answers when it is asked which objects there are (ListObjectsV2). */

export interface Listing {
  readonly names: readonly string[];
  /** What ends with the delimiter that was asked for, in place of all names that begin so. */
  readonly folders: readonly string[];
  /** Asks for the next page; undefined at the end. */
  readonly next: string | undefined;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

export function readListing(xml: string): Listing {
  const names = [...xml.matchAll(/<Contents>.*?<Key>(.*?)<\/Key>.*?<\/Contents>/gs)];
  const folders = [...xml.matchAll(/<CommonPrefixes>.*?<Prefix>(.*?)<\/Prefix>.*?<\/CommonPrefixes>/gs)];
  const isCut = /<IsTruncated>\s*true\s*</.test(xml);
  const [, token] = /<NextContinuationToken>(.*?)</s.exec(xml) ?? [];
  return {
    names: names.map(([, name = '']) => plainText(name)),
    folders: folders.map(([, name = '']) => plainText(name)),
    next: isCut && token ? plainText(token) : undefined,
  };
}

function plainText(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
