/**
 * A real S3-compatible server on a free port, with one bucket, `artifacts`. It takes only requests that are signed with its key;
 * the package itself does not check signatures of version 4, so that is done before it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Place } from '../../engine/s3/requests.ts';
import { answerListing, type ObjectLister, readListingRequest } from './s3-listing.ts';
import { signatureProblem } from './s3-signature.ts';

interface S3rver {
  readonly store: ObjectLister;
  configureBuckets(): Promise<unknown>;
  callback(): RequestListener;
}

/** The package has no types. */
const S3rverClass = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;

const BUCKET = 'artifacts';
const CODES: ReadonlyMap<string | undefined, string> = new Map([
  ['refused', 'AccessDenied'],
  ['absent', 'NoSuchKey'],
]);
/** The key that the package knows. */
const KEY = { id: 'S3RVER', secret: 'S3RVER' };

export interface S3Server {
  readonly place: S3Place;
  /** `PUT /bucket/name`, of those that had an answer. */
  readonly requests: string[];
  /** What goes wrong with a request from now on. `away`: it is not heard. `lost`: it is done, and its answer never arrives. `absent`: the object is gone. */
  fault: (request: IncomingMessage) => 'away' | 'lost' | 'refused' | 'absent' | undefined;
  /** Of all objects that begin so. */
  names(prefix: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function s3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-s3-'));
  const s3 = new S3rverClass({ silent: true, directory, configureBuckets: [{ name: BUCKET }] });
  await s3.configureBuckets();
  const handle = s3.callback();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const fault = running.fault(request);
    if (fault === 'away') return void request.socket.destroy();
    const problem = CODES.get(fault) ?? signatureProblem(request, KEY);
    if (fault === 'lost') loseAnswer(response);
    else requests.push(`${request.method} ${request.url}`);
    const listing = readListingRequest(request);
    if (problem === undefined && listing?.bucket === BUCKET)
      return void answerListing(listing, s3.store, response).catch(() => response.destroy());
    if (problem === undefined) return handle(request, response);
    request.resume();
    response.writeHead(problem === 'NoSuchKey' ? 404 : 403, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${problem}</Code></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const running: S3Server = {
    place: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket: BUCKET,
      accessKeyId: KEY.id,
      secretAccessKey: KEY.secret,
    },
    requests,
    fault: () => undefined,
    names: async (prefix) => (await s3.store.listObjects(BUCKET, { prefix })).objects.map(({ key }) => key),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
  return running;
}

function loseAnswer(response: ServerResponse): void {
  response.write = () => true;
  response.end = () => {
    response.destroy();
    return response;
  };
}
