/** Where artifacts are kept: in a bucket or folder that the user names, else beside Redis. All roles must name the same. */
import { resolve } from 'node:path';
import type { ArtifactStore } from '../../engine/ports/artifact-store.ts';
import { createDirectoryArtifactStore } from '../../engine/runtime/files/directory-artifact-store.ts';
import { createS3ArtifactStore } from '../../engine/s3/artifact-store.ts';
import type { S3Settings } from '../config.ts';
import { usageFailure } from '../failure.ts';
import type { Host } from '../host.ts';

/** `s3://bucket/prefix`, or a folder that all roles share. Undefined: the user names none. @throws CliFailure */
export function namedArtifactStore(host: Host, flag: string | undefined): ArtifactStore | undefined {
  const place = flag ?? host.settings.artifacts;
  if (place === undefined) return undefined;
  if (place.startsWith('s3://')) return bucketStore(place, host.settings.s3);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return createDirectoryArtifactStore(resolve(host.cwd, place));
  throw usageFailure(
    `${place} is no place for artifacts: write s3://bucket/prefix, or a folder that all roles share.`,
  );
}

function bucketStore(place: string, s3: S3Settings): ArtifactStore {
  const [bucket = '', ...folders] = place.slice('s3://'.length).split('/');
  const { accessKeyId, secretAccessKey } = s3;
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(bucket)) {
    throw usageFailure(`${place} names no bucket; write s3://bucket or s3://bucket/prefix.`);
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw usageFailure(`${place} needs a key: set SLUICE_S3_ACCESS_KEY_ID and SLUICE_S3_SECRET_ACCESS_KEY.`);
  }
  if (!URL.canParse(s3.endpoint)) {
    throw usageFailure(
      `SLUICE_S3_ENDPOINT must be an address such as https://s3.example.com, but is ${s3.endpoint}.`,
    );
  }
  return createS3ArtifactStore({ ...s3, accessKeyId, secretAccessKey, bucket, prefix: folders.join('/') });
}
