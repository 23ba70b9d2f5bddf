/** Signed requests to one bucket, and what their answers mean. The only file that knows aws4fetch. */
import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { messageOf, SluiceError, type SluiceErrorCode } from '../core/errors.ts';
import { type Listing, readListing } from './listing.ts';

export interface S3Place {
  /** `https://s3.eu-central-1.amazonaws.com`, or that of another service. Buckets are addressed by path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What is kept there, in the words of errors. */
export interface S3Use {
  readonly noun: string;
  /** Where its place is said. */
  readonly settings: string;
  readonly rights: string;
  readonly unreachable: SluiceErrorCode;
  readonly refused: SluiceErrorCode;
}

export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Name of the object in the bucket; empty: the bucket. */
  readonly object: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: Uint8Array;
  readonly headers?: { readonly [name: string]: string };
  /** An object that is not there is an answer: undefined. */
  readonly mayBeAbsent?: true;
}

export interface S3Reply {
  readonly bytes: Uint8Array;
  /** ETag of what was stored. */
  readonly tag: string | undefined;
}

/** Repetitions of a request that was answered with a server's error. */
const RETRIES = 2;
const RETRY_MS = 100;

/** Objects that one request deletes at most. */
const DELETED_AT_ONCE = 1_000;

/** What to do about the errors that people make. */
const ADVICE: ReadonlyMap<string, string | ((use: S3Use) => string)> = new Map<
  string,
  string | ((use: S3Use) => string)
>([
  ['NoSuchBucket', ({ settings }) => `Create the bucket, or correct its name in ${settings}.`],
  ['InvalidAccessKeyId', 'Correct SLUICE_S3_ACCESS_KEY_ID.'],
  ['SignatureDoesNotMatch', 'Correct SLUICE_S3_SECRET_ACCESS_KEY (and SLUICE_S3_REGION).'],
  ['AccessDenied', ({ rights }) => `Allow this key to ${rights}.`],
  ['AuthorizationHeaderMalformed', 'Correct SLUICE_S3_REGION.'],
  ['PermanentRedirect', 'The bucket is elsewhere: correct SLUICE_S3_ENDPOINT and SLUICE_S3_REGION.'],
  ['RequestTimeTooSkewed', "Set this machine's clock."],
]);

/** Where a service says nothing but a status. */
const CODES: ReadonlyMap<number, string> = new Map([
  [301, 'PermanentRedirect'],
  [403, 'AccessDenied'],
  [404, 'NoSuchKey'],
]);

export class S3Requests {
  readonly #place: S3Place;
  readonly #use: S3Use;
  readonly #client: AwsClient;
  readonly #timeoutMs: number;

  /** @param timeoutMs longest silence of one request. */
  constructor(place: S3Place, use: S3Use, timeoutMs: number) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = place;
    this.#place = place;
    this.#use = use;
    this.#timeoutMs = timeoutMs;
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      region,
      service: 's3',
      retries: RETRIES,
      initRetryMs: RETRY_MS,
    });
  }

  /** Undefined only where the request says that the object may be absent. @throws SluiceError as its use says */
  async send(request: S3Request): Promise<S3Reply | undefined> {
    const response = await this.#fetch(request);
    const bytes = await this.#read(response, request);
    const code = codeOf(response, request.method, bytes);
    if (code === undefined) return { bytes, tag: response.headers.get('etag') ?? undefined };
    if (request.mayBeAbsent && (code === 'NoSuchKey' || code === 'NoSuchUpload')) return undefined;
    const isForNow = response.status === 200 && !ADVICE.has(code);
    if (response.status >= 500 || response.status === 429 || isForNow)
      throw this.#unreachable(`answered ${response.status} ${code}`);
    throw this.#refused(request, code, response.status);
  }

  /** Names of the objects that begin with the prefix, in order, a page at a time. @throws SluiceError as its use says */
  async *list(prefix: string): AsyncGenerator<readonly string[]> {
    for await (const { names } of this.#pages({ prefix })) yield names;
  }

  /** Names of the folders in a folder (empty, or with a slash at its end), without what is around them. @throws SluiceError as its use says */
  async *folders(folder: string): AsyncGenerator<readonly string[]> {
    for await (const page of this.#pages({ prefix: folder, delimiter: '/' }))
      yield page.folders.map((name) => name.slice(folder.length, -1));
  }

  async *#pages(what: { readonly [name: string]: string }): AsyncGenerator<Listing> {
    for (let token: string | undefined = ''; token !== undefined; ) {
      const query = { 'list-type': '2', ...what, ...(token === '' ? {} : { 'continuation-token': token }) };
      const reply = await this.send({ method: 'GET', object: '', query });
      const page = readListing(Buffer.from(reply?.bytes ?? []).toString());
      yield page;
      token = page.next;
    }
  }

  /** Deletes the objects; that one is not there is no mistake. @throws SluiceError as its use says */
  async remove(objects: readonly string[]): Promise<void> {
    for (let at = 0; at < objects.length; at += DELETED_AT_ONCE) {
      const keys = objects
        .slice(at, at + DELETED_AT_ONCE)
        .map((name) => `<Object><Key>${escaped(name)}</Key></Object>`);
      const body = Buffer.from(`<Delete><Quiet>true</Quiet>${keys.join('')}</Delete>`);
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
      await this.send({ method: 'POST', object: '', query: { delete: '' }, body, headers });
    }
  }

  async #fetch({ method, object, query, body, headers }: S3Request): Promise<Response> {
    const { endpoint, bucket } = this.#place;
    const path = [bucket, ...(object === '' ? [] : object.split('/'))].map(encodeURIComponent).join('/');
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    try {
      return await this.#client.fetch(url.href, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': hash },
        // A copy: fetch may hold on to it, and the caller may change his.
        ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
    } catch (error) {
      throw this.#unreachable(reasonOf(error));
    }
  }

  async #read(response: Response, { method, object }: S3Request): Promise<Uint8Array> {
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw this.#unreachable(`broke off while answering ${method} ${object}: ${reasonOf(error)}`);
    }
  }

  #unreachable(why: string): SluiceError {
    const { bucket, endpoint } = this.#place;
    const { noun, unreachable } = this.#use;
    return new SluiceError(unreachable, `The ${noun} s3://${bucket} at ${endpoint} ${why}.`);
  }

  #refused({ method, object }: S3Request, code: string, status: number): SluiceError {
    const { bucket, endpoint } = this.#place;
    const { noun, refused } = this.#use;
    const said = ADVICE.get(code) ?? 'See the log of the service.';
    const advice = typeof said === 'string' ? said : said(this.#use);
    const what = `${method} ${object === '' ? 'on the bucket' : object}`;
    return new SluiceError(
      refused,
      `The ${noun} s3://${bucket} at ${endpoint} refused ${what}: ${code} (${status}). ${advice}`,
    );
  }
}

/** The service's word for what is wrong, or undefined. The end of an upload in parts may fail with status 200. */
function codeOf(response: Response, method: S3Request['method'], bytes: Uint8Array): string | undefined {
  const isError = response.status >= 300;
  if (!isError && method !== 'POST') return undefined;
  const text = Buffer.from(bytes.subarray(0, 10_000)).toString();
  const [, code] = /<Error>.*?<Code>([A-Za-z0-9]+)<\/Code>/s.exec(text) ?? [];
  if (code !== undefined || !isError) return code;
  return CODES.get(response.status) ?? 'Unknown';
}

function escaped(text: string): string {
  return text.replace(/[<>&\p{Cc}]/gu, (char) => `&#${char.codePointAt(0)};`);
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `does not answer: ${messageOf(error)}${code}`;
}
