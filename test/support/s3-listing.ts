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
  readonly token: string;
}

/** Undefined for what asks for something else. */
export function readListingRequest({ method, url = '' }: IncomingMessage): ListingRequest | undefined {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  if (method !== 'GET' || searchParams.get('list-type') !== '2') return undefined;
  return {
    bucket: pathname.slice(1),
    prefix: searchParams.get('prefix') ?? '',
    token: searchParams.get('continuation-token') ?? '',
  };
}

export async function answerListing(
  { bucket, prefix, token }: ListingRequest,
  store: ObjectLister,
  response: ServerResponse,
): Promise<void> {
  const after = Buffer.from(token, 'base64').toString();
  const { objects } = await store.listObjects(bucket, { prefix });
  const keys = objects.map(({ key }) => key).filter((key) => key > after);
  const page = keys.sort().slice(0, PAGE);
  const isCut = keys.length > PAGE;
  const next = isCut ? Buffer.from(page.at(-1) ?? '').toString('base64') : '';
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><IsTruncated>${isCut}</IsTruncated>` +
      page.map((key) => `<Contents><Key>${escaped(key)}</Key><Size>1</Size></Contents>`).join('') +
      (isCut ? `<NextContinuationToken>${escaped(next)}</NextContinuationToken>` : '') +
      '</ListBucketResult>',
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
