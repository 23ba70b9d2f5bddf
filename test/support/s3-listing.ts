/**
 * Lists objects as S3 does (ListObjectsV2), a page at a time. The server package can only give the first page: its tokens need a
 * cipher that OpenSSL has no more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The package's own, which gives all at once. */
export interface ObjectLister {
  listObjects(
    bucket: string,
    options: { readonly prefix: string },
  ): Promise<{ readonly objects: readonly { readonly key: string }[] }>;
}

/** S3 takes a thousand; tests come to the second page sooner. */
const PAGE = 100;

export interface ListingRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  readonly token: string;
}

/** Undefined for what asks for something else. */
export function readListingRequest({ method, url = '' }: IncomingMessage): ListingRequest | undefined {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  if (method !== 'GET' || searchParams.get('list-type') !== '2') return undefined;
  return {
    bucket: pathname.slice(1),
    prefix: searchParams.get('prefix') ?? '',
    delimiter: searchParams.get('delimiter') ?? '',
    token: searchParams.get('continuation-token') ?? '',
  };
}

export async function answerListing(
  { bucket, prefix, delimiter, token }: ListingRequest,
  store: ObjectLister,
  response: ServerResponse,
): Promise<void> {
  const after = Buffer.from(token, 'base64').toString();
  const { objects } = await store.listObjects(bucket, { prefix });
  const keys = objects.map(({ key }) => rolledUp(key, prefix, delimiter));
  const entries = [...new Set(keys)].filter((key) => key > after).sort();
  const page = entries.slice(0, PAGE);
  const isCut = entries.length > PAGE;
  const next = isCut ? Buffer.from(page.at(-1) ?? '').toString('base64') : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><IsTruncated>${isCut}</IsTruncated><Prefix>${escaped(prefix)}</Prefix>` +
      page.map((key) => entryOf(key, delimiter)).join('') +
      (isCut ? `<NextContinuationToken>${escaped(next)}</NextContinuationToken>` : '') +
      '</ListBucketResult>',
  );
}

/** Up to the first delimiter behind the prefix, and with it. */
function rolledUp(key: string, prefix: string, delimiter: string): string {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? key : key.slice(0, at + delimiter.length);
}

function entryOf(key: string, delimiter: string): string {
  return delimiter !== '' && key.endsWith(delimiter)
    ? `<CommonPrefixes><Prefix>${escaped(key)}</Prefix></CommonPrefixes>`
    : `<Contents><Key>${escaped(key)}</Key><Size>1</Size></Contents>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
