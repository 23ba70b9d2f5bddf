/**
 * Artifacts in a bucket of an S3-compatible service, as `<prefix>/<run>/<key>`. Requests are signed (version 4) with the content's
 * hash. An object appears complete or not at all: large ones go in parts, which a failure takes back.
 */
import { createHash } from 'node:crypto';
import { SluiceError } from '../core/errors.ts';
import { isRunId } from '../core/run-id.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { folderName, objectName } from './object-name.ts';
import { type S3Place, S3Requests, type S3Use } from './requests.ts';

export interface S3ArtifactStoreOptions extends S3Place {
  /** Folder in the bucket; default none. */
  readonly prefix?: string;
  /** Largest artifact, bytes. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Artifacts above this size are sent in parts of it, bytes. S3 takes parts of 5 MiB and more. Default 32 MiB. */
  readonly partBytes?: number;
  /** Longest silence of one request, ms. Default 120,000. */
  readonly timeoutMs?: number;
}

const MEBIBYTE = 1_024 ** 2;

const USE: S3Use = {
  noun: 'artifact store',
  settings: '`--artifacts` or SLUICE_ARTIFACTS',
  rights: 'list the bucket, and to read, write and delete its objects',
  unreachable: 'artifacts_unreachable',
  refused: 'artifacts_refused',
};

/** Every method rejects with SluiceError artifacts_unreachable (try again) or artifacts_refused (credentials, bucket, settings). */
export function createS3ArtifactStore(options: S3ArtifactStoreOptions): ArtifactStore {
  const requests = new S3Requests(options, USE, options.timeoutMs ?? 120_000);
  const partBytes = options.partBytes ?? 32 * MEBIBYTE;
  const objectOf = (run: string, key: string) => objectName(options.prefix, plainName(run), plainName(key));
  return {
    maxBytes: options.maxBytes ?? 1_024 * MEBIBYTE,
    async put(run, key, bytes) {
      const object = objectOf(run, key);
      if (bytes.length > partBytes) await putInParts(requests, { object, bytes, partBytes });
      else await requests.send({ method: 'PUT', object, body: bytes });
    },
    async get(run, key) {
      const reply = await requests.send({ method: 'GET', object: objectOf(run, key), mayBeAbsent: true });
      return reply?.bytes;
    },
    locate: (run, key) => `s3://${options.bucket}/${objectOf(run, key)}`,
    async remove(run) {
      for await (const names of requests.list(folderName(options.prefix, folderOf(run))))
        await requests.remove(names);
    },
    async *holders() {
      for await (const names of requests.folders(folderName(options.prefix))) yield names.filter(isRunId);
    },
  };
}

/** Removing under another name could take more than a run's. */
function folderOf(run: string): string {
  if (isRunId(run)) return run;
  throw new SluiceError('internal', `Artifacts were to go of "${run.slice(0, 60)}", which is no run id.`);
}

/** A name with `.` or `..` as a step would lead out of its folder, and of the bucket: its hash stands for it. */
function plainName(name: string): string {
  const isPlain = !/(^|\/)\.{1,2}(\/|$)|\p{Surrogate}/u.test(name);
  return isPlain ? name : `_${createHash('sha256').update(name).digest('hex')}`;
}

interface PartedPut {
  readonly object: string;
  readonly bytes: Uint8Array;
  readonly partBytes: number;
}

async function putInParts(requests: S3Requests, put: PartedPut): Promise<void> {
  const { object } = put;
  const begun = await requests.send({ method: 'POST', object, query: { uploads: '' } });
  const uploadId = elementOf(begun?.bytes, 'UploadId');
  const query = { uploadId };
  try {
    const tags = await putParts(requests, put, uploadId);
    const parts = tags
      .map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
      .join('');
    const body = Buffer.from(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`);
    await requests.send({ method: 'POST', object, query, body });
  } catch (error) {
    // What was sent costs space until it is taken back; the failure counts, not this.
    await requests.send({ method: 'DELETE', object, query, mayBeAbsent: true }).catch(() => {});
    throw error;
  }
}

/** The tags of the parts, in order. */
async function putParts(
  requests: S3Requests,
  { object, bytes, partBytes }: PartedPut,
  uploadId: string,
): Promise<string[]> {
  const tags: string[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) {
    const body = bytes.subarray(at, at + partBytes);
    const query = { partNumber: String(tags.length + 1), uploadId };
    const reply = await requests.send({ method: 'PUT', object, query, body });
    tags.push(reply?.tag ?? `"${createHash('md5').update(body).digest('hex')}"`);
  }
  return tags;
}

function elementOf(xml: Uint8Array | undefined, name: string): string {
  const [, text = ''] =
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(Buffer.from(xml ?? []).toString()) ?? [];
  return text;
}
