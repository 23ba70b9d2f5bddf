/**
 * A real S3-compatible server on a free port, with one bucket, `artifacts`. It takes only requests that are signed with its key;
 * the package itself does not check signatures of version 4, so that is done before it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Place } from '../../engine/s3/requests.ts';
import { signatureProblem } from './s3-signature.ts';

interface S3rver {
  configureBuckets(): Promise<unknown>;
  callback(): RequestListener;
}

/** The package has no types. */
const S3rverClass = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;

/** The key that the package knows. */
const KEY = { id: 'S3RVER', secret: 'S3RVER' };

export interface S3Server {
  readonly place: S3Place;
  close(): Promise<void>;
}

export async function s3Server(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-s3-'));
  const s3 = new S3rverClass({ silent: true, directory, configureBuckets: [{ name: 'artifacts' }] });
  await s3.configureBuckets();
  const handle = s3.callback();
  const server = createServer((request, response) => {
    const problem = signatureProblem(request, KEY);
    if (problem === undefined) return handle(request, response);
    request.resume();
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${problem}</Code></Error>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    place: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket: 'artifacts',
      accessKeyId: KEY.id,
      secretAccessKey: KEY.secret,
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
