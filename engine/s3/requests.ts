/** Signed requests to one bucket, and what their answers mean. The only file that knows aws4fetch. */
import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { messageOf, SluiceError } from '../core/errors.ts';

export interface S3Place {
  /** `https://s3.eu-central-1.amazonaws.com`, or that of another service. Buckets are addressed by path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Name of the object in the bucket. */
  readonly object: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: Uint8Array;
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

/** What to do about the errors that people make. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['NoSuchBucket', 'Create the bucket, or correct its name in `--artifacts` or SLUICE_ARTIFACTS.'],
  ['InvalidAccessKeyId', 'Correct SLUICE_S3_ACCESS_KEY_ID.'],
  ['SignatureDoesNotMatch', 'Correct SLUICE_S3_SECRET_ACCESS_KEY (and SLUICE_S3_REGION).'],
  ['AccessDenied', 'Allow this key to read and write objects of the bucket.'],
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
  readonly #client: AwsClient;
  readonly #timeoutMs: number;

  constructor(place: S3Place, timeoutMs: number) {
    const { accessKeyId, secretAccessKey, sessionToken, region } = place;
    this.#place = place;
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

  /** Undefined only where the request says that the object may be absent. @throws SluiceError artifacts_unreachable, artifacts_refused */
  async send(request: S3Request): Promise<S3Reply | undefined> {
    const response = await this.#fetch(request);
    const bytes = await this.#read(response, request);
    const code = codeOf(response, request.method, bytes);
    if (code === undefined) return { bytes, tag: response.headers.get('etag') ?? undefined };
    if (request.mayBeAbsent && (code === 'NoSuchKey' || code === 'NoSuchUpload')) return undefined;
    if (response.status >= 500 || response.status === 429 || response.status === 200)
      throw this.#unreachable(`answered ${response.status} ${code}`);
    throw this.#refused(request, code, response.status);
  }

  async #fetch({ method, object, query, body }: S3Request): Promise<Response> {
    const { endpoint, bucket } = this.#place;
    const path = [bucket, ...object.split('/')].map(encodeURIComponent).join('/');
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    try {
      return await this.#client.fetch(url.href, {
        method,
        headers: { 'x-amz-content-sha256': hash },
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
    return new SluiceError(
      'artifacts_unreachable',
      `The artifact store s3://${bucket} at ${endpoint} ${why}.`,
    );
  }

  #refused({ method, object }: S3Request, code: string, status: number): SluiceError {
    const { bucket, endpoint } = this.#place;
    const advice = ADVICE.get(code) ?? 'See the log of the service.';
    return new SluiceError(
      'artifacts_refused',
      `The artifact store s3://${bucket} at ${endpoint} refused ${method} ${object}: ${code} (${status}). ${advice}`,
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

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `does not answer: ${messageOf(error)}${code}`;
}
